export { default } from "../../next/app/layout.jsx";
