// Loads hallpass: imported when it is asked for, so that a page can say so where the package isn't built.

/** hallpass. Rejects with an error like its own where there is none. @returns {Promise<typeof import("hallpass")>} */
export async function loadHallpass() {
  try {
    return await import("/pkg/hallpass.js");
  } catch (cause) {
    throw Object.assign(new Error("/pkg/hallpass.js could not be imported.", { cause }), { code: "load-failed" });
  }
}
