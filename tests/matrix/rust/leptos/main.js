import init from "./app/hallpass_leptos.js";
init();
