import init from "./app/app.js";
init();
