"use client";

export { default } from "../../vite-react/App.tsx";
