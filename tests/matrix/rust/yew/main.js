import init from "./app/hallpass_yew.js";
init();
