//! What wasm-bindgen's JavaScript carries for other packages and other platforms. Nobody here needs it, and it is 350 bytes of
//! what a page downloads. On the way the pointer becomes a private member, which no page can intercept.
//!
//! It is cut out by its text. Where wasm-bindgen writes another text one day, the build fails and says which.

use anyhow::{Result, bail};

/// What stands there, and what does instead.
const CUTS: [(&str, &str); 8] = [
    // Private: as a member it would run into a setter that the page put on `Object.prototype` (R15). And nobody frees by hand:
    // the scripts leave it to the garbage collector.
    (
        "    static __wrap(ptr) {
        const obj = Object.create(Machine.prototype);
        obj.__wbg_ptr = ptr;
        MachineFinalization.register(obj, obj.__wbg_ptr, obj);
        return obj;
    }
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        MachineFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_machine_free(ptr, 0);
    }
",
        "    #ptr;
    static __wrap(ptr) {
        const obj = new Machine();
        obj.#ptr = ptr;
        MachineFinalization.register(obj, ptr);
        return obj;
    }
",
    ),
    ("this.__wbg_ptr", "this.#ptr"),
    ("if (Symbol.dispose) Machine.prototype[Symbol.dispose] = Machine.prototype.free;\n", ""),
    // All three conditions say the same: the memory has grown, and has another buffer now.
    (
        "cachedDataViewMemory0 === null || cachedDataViewMemory0.buffer.detached === true || \
         (cachedDataViewMemory0.buffer.detached === undefined && cachedDataViewMemory0.buffer !== wasm.memory.buffer)",
        "cachedDataViewMemory0?.buffer !== wasm.memory.buffer",
    ),
    // Not made while the script is imported: jsdom has none, and a test there may import the package and never use it.
    ("const cachedTextEncoder = new TextEncoder();\n", ""),
    // All browsers with WebAssembly's reference types have it.
    (
        "if (!('encodeInto' in cachedTextEncoder)) {
    cachedTextEncoder.encodeInto = function (arg, view) {
        const buf = cachedTextEncoder.encode(arg);
        view.set(buf);
        return {
            read: arg.length,
            written: buf.length
        };
    };
}
",
        "",
    ),
    // Most texts are short and ASCII: those are handed over letter by letter, in a tenth of the time that an encoder takes.
    (
        "    if (realloc === undefined) {
        const buf = cachedTextEncoder.encode(arg);
        const ptr = malloc(buf.length, 1) >>> 0;
        getUint8ArrayMemory0().subarray(ptr, ptr + buf.length).set(buf);
        WASM_VECTOR_LEN = buf.length;
        return ptr;
    }

    let len = arg.length;
    let ptr = malloc(len, 1) >>> 0;

    const mem = getUint8ArrayMemory0();

    let offset = 0;

    for (; offset < len; offset++) {
        const code = arg.charCodeAt(offset);
        if (code > 0x7F) break;
        mem[ptr + offset] = code;
    }
    if (offset !== len) {
        if (offset !== 0) {
            arg = arg.slice(offset);
        }
        ptr = realloc(ptr, len, len = offset + arg.length * 3, 1) >>> 0;
        const view = getUint8ArrayMemory0().subarray(ptr + offset, ptr + len);
        const ret = cachedTextEncoder.encodeInto(arg, view);

        offset += ret.written;
        ptr = realloc(ptr, len, offset, 1) >>> 0;
    }

    WASM_VECTOR_LEN = offset;
    return ptr;
",
        "    const bytes = /[^\\0-\\x7f]/.test(arg) ? new TextEncoder().encode(arg) : undefined;
    const { length } = bytes ?? arg;
    const ptr = malloc(length, 1) >>> 0;
    const mem = getUint8ArrayMemory0();
    if (bytes) mem.set(bytes, ptr);
    else for (let at = 0; at < length; at++) mem[ptr + at] = arg.charCodeAt(at);
    WASM_VECTOR_LEN = length;
    return ptr;
",
    ),
    // Safari's decoders fail once they have decoded 2 GB. And none is made while the script is imported, see above.
    (
        "let cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
cachedTextDecoder.decode();
const MAX_SAFARI_DECODE_BYTES = 2146435072;
let numBytesDecoded = 0;
function decodeText(bytes) {
    numBytesDecoded += bytes.length;
    if (numBytesDecoded >= MAX_SAFARI_DECODE_BYTES) {
        cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
        cachedTextDecoder.decode();
        numBytesDecoded = bytes.length;
    }
    return cachedTextDecoder.decode(bytes);
}
",
        "let decoder, room = 0;
function decodeText(bytes) {
    if ((room -= bytes.length) <= 0) {
        decoder = new TextDecoder('utf-8', { ignoreBOM: true });
        room = 1e9;
    }
    return decoder.decode(bytes);
}
",
    ),
];

/// The same JavaScript without it.
pub fn cut(glue: &str) -> Result<String> {
    let mut text = glue.to_owned();
    for (old, new) in CUTS {
        if !text.contains(old) {
            bail!("wasm-bindgen's JavaScript does not have this any more, see {}:\n{old}", file!());
        }
        text = text.replace(old, new);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::{CUTS, cut};

    #[test]
    fn all_of_it_is_cut_out() {
        let glue: String = CUTS.iter().map(|(old, _)| *old).collect();
        let left: String = CUTS.iter().map(|(_, new)| *new).collect();
        assert_eq!(cut(&glue).unwrap(), left);
    }

    #[test]
    fn what_has_changed_is_an_error() {
        assert!(cut("let cachedTextDecoder;").is_err());
    }
}
