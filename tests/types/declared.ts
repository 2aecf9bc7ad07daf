// The shell's scripts are what its declarations say, and the other way round. Compiled with the shell, see src/shell/tsconfig.json.
import { AuthError, isAuthError } from "../../src/shell/auth-error.js";
import type { Details } from "../../src/shell/auth-error.js";
import { VENDORS } from "../../src/shell/credentials.js";
import { defineVendor } from "../../src/shell/description.js";
import type * as Declared from "../../src/shell/hallpass.js";
import { loader } from "../../src/shell/loader.js";
import { readOptions } from "../../src/shell/options.js";
import { useSession } from "../../src/shell/react.js";
import { Session } from "../../src/shell/session.js";
import * as testing from "../../src/shell/testing.js";
import type * as DeclaredTesting from "../../src/shell/testing.d.ts";
import { useSession as useInVue } from "../../src/shell/vue.js";

const same = <A, B>(_: (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false): void => {};

/** The entries export these, and no other values. (That they do is a test of Node's.) */
const made = { ...loader(() => ""), AuthError, defineVendor: defineVendor as typeof Declared.defineVendor, isAuthError };
same<keyof typeof made, keyof typeof Declared>(true);
export const functions: Omit<typeof Declared, "AuthError"> = made;

/** An error, seen from both sides. */
export const outwards = (error: AuthError): Declared.AuthError => error;
export const inwards = (error: Declared.AuthError): Pick<AuthError, keyof Declared.AuthError> => error;
export const construct: new (...given: ConstructorParameters<typeof Declared.AuthError>) => Declared.AuthError = AuthError;
same<keyof Details, Exclude<keyof Declared.AuthError, Exclude<keyof Error, "cause">>>(true);

/** A session has the declared methods, and no others. (Its getters are defined one by one, which the compiler can't see.) */
type Getters = "vendor" | "baseUrl" | "state";
same<Getters | Exclude<keyof Session, symbol>, Exclude<keyof Declared.Session, symbol>>(true);

/** Each option is read into something, and each vendor's name is one. */
type Read = ReturnType<typeof readOptions>;
type Named = { baseUrl: Read["base"]; renew: Read["automatic"]; flow: Read["signs"] } & Omit<Read, "base" | "automatic" | "described" | "signs">;
same<keyof Declared.SessionOptions, keyof Named>(true);
same<keyof typeof VENDORS, Declared.VendorName>(true);

export const bindings = [useSession, useInVue];

/** The fakes are declared as they are. */
same<keyof typeof testing, keyof typeof DeclaredTesting>(true);
