//! The ways to build and to run a front end.

use crate::browsers::Engine;

/// A project in `tests/matrix`, and what becomes of it.
pub struct Cell {
    /// For people.
    pub name: &'static str,
    /// What a reader of the table has to know of it.
    pub how: &'static str,
    /// Whose versions the table shows: names for people, and npm's.
    pub packages: &'static [(&'static str, &'static str)],
    /// What the project imports.
    pub entry: &'static str,
    /// The project's folder.
    pub folder: &'static str,
    /// The commands that build it, run in its folder: programs of npm packages or for Rust, and `copy`.
    pub build: &'static [&'static str],
    /// How the result is loaded.
    pub run: Run,
    /// Which run takes it.
    pub reach: Reach,
}

/// How much a run takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// What is quick; so much is part of `cargo xtask test`.
    Quick,
    /// Also what takes long; `cargo xtask matrix` does.
    Whole,
    /// Those whose names have this in them, however long they take.
    Named(&'static str),
}

/// How a project's result is loaded.
#[derive(Clone, Copy)]
pub enum Run {
    /// Files in a folder of the project's, served as they are under a strict Content Security Policy.
    Pages(&'static str),
    /// By a server of the project's own, on `{port}`.
    Server(&'static str),
    /// As an extension of the browser, by this identity.
    Extension(&'static str),
    /// By a runtime without pages.
    Program(&'static str),
}

impl Cell {
    /// The folder with its pages, when it has become files.
    pub fn pages(&self) -> Option<&'static str> {
        match self.run {
            Run::Pages(folder) => Some(folder),
            _ => None,
        }
    }

    /// The browsers that it's loaded in.
    pub fn engines(&self) -> &'static [Engine] {
        // Its scripts are those of the npm package, which the contract's tests run in all browsers. wasm-bindgen's snippets aren't.
        if self.folder.starts_with("rust/") {
            &[Engine::Chromium, Engine::Firefox]
        } else {
            &[Engine::Chromium]
        }
    }

    /// Its name as part of a file's.
    pub fn log_name(&self) -> String {
        self.name.to_lowercase().replace([' ', ','], "-")
    }
}

const BUILD: &str = "vite build";

/// Serves what React Router has built for browsers.
const PREVIEW_OF_CLIENT: &str =
    "vite preview --outDir build/client --host localhost --strictPort --port {port}";

/// Serves what is written into `dist`.
const PREVIEW: &str = "vite preview --host localhost --strictPort --port {port}";

/// Installs what a project has for itself. npm's scripts run in the Node that is among it.
const INSTALL: &str = "npm install --prefer-offline --no-audit --no-fund";

/// Serves what such a project has built.
const SERVE: &str = "npm run serve -- --port {port}";

/// With the settings that `docs/deployment.md` shows, to a vendor that the page can't reach by itself.
const PROXY: &str = "development server, and its proxy to the vendor";

/// What most of them have in common.
const CELL: Cell = Cell {
    name: "",
    how: "",
    packages: &[],
    entry: "hallpass",
    folder: "",
    build: &[],
    run: Run::Pages("dist"),
    reach: Reach::Quick,
};

/// All of them.
pub const CELLS: [Cell; 39] = [
    Cell {
        name: "no tool",
        how: "`<script type=\"module\">`, the package's folder served as it is",
        entry: "./hallpass/hallpass.js",
        folder: "plain",
        build: &["copy ../node_modules/hallpass hallpass"],
        run: Run::Pages("."),
        ..CELL
    },
    Cell {
        name: "Vite and React",
        how: "build; `hallpass/react`",
        packages: &[("Vite", "vite"), ("React", "react")],
        folder: "vite-react",
        build: &[BUILD],
        ..CELL
    },
    Cell {
        name: "Vite and React, as it is written",
        how: "development server; `hallpass/react`",
        packages: &[("Vite", "vite"), ("React", "react")],
        folder: "vite-react",
        run: Run::Server("vite --host localhost --strictPort --port {port}"),
        ..CELL
    },
    Cell {
        name: "Vite 7, as it is written",
        how: "development server",
        packages: &[("Vite", "vite-7")],
        folder: "vite-7",
        run: Run::Server("vite-7 --host localhost --strictPort --port {port}"),
        ..CELL
    },
    Cell {
        name: "Vite, its proxy",
        how: PROXY,
        packages: &[("Vite", "vite")],
        folder: "proxy",
        run: Run::Server("vite --host localhost --strictPort --port {port}"),
        ..CELL
    },
    Cell {
        name: "Vite and Vue",
        how: "build; `hallpass/vue`",
        packages: &[("Vite", "vite"), ("Vue", "vue")],
        folder: "vite-vue",
        build: &[BUILD],
        ..CELL
    },
    Cell {
        name: "Vite and Svelte",
        how: "build; the session is a store",
        packages: &[("Vite", "vite"), ("Svelte", "svelte")],
        folder: "vite-svelte",
        build: &[BUILD],
        ..CELL
    },
    Cell {
        name: "a worker",
        how: "build; in a dedicated worker",
        packages: &[("Vite", "vite")],
        folder: "worker",
        build: &[BUILD],
        ..CELL
    },
    Cell {
        name: "webpack",
        how: "build",
        packages: &[("webpack", "webpack")],
        folder: "webpack",
        build: &["webpack --mode production --entry ./main.js -o dist", "copy index.html dist/index.html"],
        ..CELL
    },
    Cell {
        name: "webpack, its proxy",
        how: PROXY,
        packages: &[("webpack", "webpack"), ("webpack-dev-server", "webpack-dev-server")],
        folder: "proxy",
        run: Run::Server(
            "webpack serve --mode development --entry ./main.js --static . --host localhost --port {port}",
        ),
        ..CELL
    },
    Cell {
        name: "Rspack",
        how: "build",
        packages: &[("Rspack", "@rspack/core")],
        folder: "webpack",
        build: &[
            "rspack build --mode production --entry ./main.js -o dist-rspack",
            "copy index.html dist-rspack/index.html",
        ],
        run: Run::Pages("dist-rspack"),
        ..CELL
    },
    Cell {
        name: "Rspack, its proxy",
        how: PROXY,
        packages: &[("Rspack", "@rspack/core"), ("@rspack/dev-server", "@rspack/dev-server")],
        folder: "proxy",
        build: &["copy index.html public/index.html"],
        run: Run::Server(
            "rspack serve --config webpack.config.js --mode development --entry ./main.js --host localhost --port {port}",
        ),
        reach: Reach::Whole,
        ..CELL
    },
    Cell {
        name: "Rollup",
        how: "build; with @web/rollup-plugin-import-meta-assets",
        packages: &[("Rollup", "rollup")],
        folder: "rollup",
        build: &["rollup -c -i main.js -d dist", "copy index.html dist/index.html"],
        ..CELL
    },
    Cell {
        name: "Rollup, without a plugin for files",
        how: "build; without a plugin for files, so the copy of the `.wasm` is loaded",
        packages: &[("Rollup", "rollup")],
        folder: "rollup",
        build: &["rollup -p node-resolve -i main.js -d dist-bare", "copy index.html dist-bare/index.html"],
        run: Run::Pages("dist-bare"),
        ..CELL
    },
    Cell {
        name: "esbuild",
        how: "build",
        packages: &[("esbuild", "esbuild")],
        entry: "hallpass/inline",
        folder: "esbuild",
        build: &[
            "esbuild main.js --bundle --minify --format=esm --outdir=dist",
            "copy index.html dist/index.html",
        ],
        ..CELL
    },
    Cell {
        name: "esbuild, splitting",
        how: "build with `--splitting`; the copy of the `.wasm` is loaded",
        packages: &[("esbuild", "esbuild")],
        folder: "rollup",
        build: &[
            "esbuild main.js --bundle --minify --splitting --format=esm --outdir=dist-esbuild",
            "copy index.html dist-esbuild/index.html",
        ],
        run: Run::Pages("dist-esbuild"),
        ..CELL
    },
    Cell {
        name: "Bun, build",
        how: "`bun build`; the copy of the `.wasm` is part of the script",
        packages: &[("Bun", "bun")],
        folder: "rollup",
        build: &[
            "bun build main.js --outdir dist-bun --target browser",
            "copy index.html dist-bun/index.html",
        ],
        run: Run::Pages("dist-bun"),
        ..CELL
    },
    Cell {
        name: "Parcel",
        how: "build; it writes an inline script, which a strict policy has to allow",
        packages: &[("Parcel", "parcel")],
        folder: "parcel",
        build: &["parcel build index.html --dist-dir dist --no-cache"],
        run: Run::Server(PREVIEW),
        ..CELL
    },
    Cell {
        name: "Next.js",
        how: "build; rendered by the server, which signs in too; `hallpass/react`",
        packages: &[("Next.js", "next"), ("React", "react")],
        folder: "next",
        build: &["next build"],
        run: Run::Server("next start -H localhost -p {port}"),
        ..CELL
    },
    Cell {
        name: "Next.js, as it is written",
        how: "development server; the same",
        packages: &[("Next.js", "next"), ("React", "react")],
        folder: "next",
        run: Run::Server("next dev -H localhost -p {port}"),
        ..CELL
    },
    Cell {
        name: "Next.js, its proxy",
        how: PROXY,
        packages: &[("Next.js", "next")],
        folder: "proxy-next",
        run: Run::Server("next dev -H localhost -p {port}"),
        reach: Reach::Whole,
        ..CELL
    },
    Cell {
        name: "Angular",
        how: "build; it leaves the `.wasm` behind, and its copy is loaded",
        packages: &[("Angular", "@angular/core")],
        folder: "angular",
        build: &["ng build"],
        reach: Reach::Whole,
        ..CELL
    },
    Cell {
        name: "Angular, its proxy",
        how: PROXY,
        packages: &[("Angular", "@angular/core")],
        folder: "angular",
        run: Run::Server("ng serve --host localhost --port {port}"),
        reach: Reach::Whole,
        ..CELL
    },
    Cell {
        name: "SvelteKit",
        how: "build; it writes an inline script, which a strict policy has to allow",
        packages: &[("SvelteKit", "@sveltejs/kit"), ("Vite", "vite")],
        folder: "sveltekit",
        build: &[BUILD],
        run: Run::Server(PREVIEW),
        reach: Reach::Whole,
        ..CELL
    },
    Cell {
        name: "Astro",
        how: "build",
        packages: &[("Astro", "astro")],
        folder: "astro",
        build: &["astro build"],
        reach: Reach::Whole,
        ..CELL
    },
    Cell {
        name: "React Router",
        how: "build; it writes an inline script, too; `hallpass/react`",
        packages: &[("React Router", "react-router"), ("Vite", "vite"), ("React", "react")],
        folder: "react-router",
        build: &["react-router build"],
        run: Run::Server(PREVIEW_OF_CLIENT),
        reach: Reach::Whole,
        ..CELL
    },
    Cell {
        name: "Nuxt",
        how: "build, in Node 22; rendered by the server; `hallpass/vue`",
        packages: &[("Nuxt", "nuxt"), ("Vue", "vue")],
        folder: "nuxt",
        build: &[INSTALL, "copy ../vite-vue/App.vue app.vue", "npm run build"],
        run: Run::Server(SERVE),
        reach: Reach::Whole,
        ..CELL
    },
    Cell {
        name: "TanStack Start",
        how: "build, in Node 22; rendered by the server; `hallpass/react`",
        packages: &[("TanStack Start", "@tanstack/react-start"), ("Vite", "vite"), ("React", "react")],
        folder: "tanstack-start",
        build: &[INSTALL, "copy ../vite-react/App.tsx src/App.tsx", "npm run build"],
        run: Run::Server(SERVE),
        reach: Reach::Whole,
        ..CELL
    },
    Cell {
        name: "a browser extension",
        how: "Manifest V3; signed in in the popup, and used in the service worker",
        entry: "./hallpass/hallpass.js",
        folder: "extension",
        build: &["copy ../node_modules/hallpass hallpass"],
        run: Run::Extension("akikememgeobgmbkbkekkpfjceleibpp"),
        ..CELL
    },
    Cell {
        name: "workerd",
        how: "Cloudflare's runtime, settings of 2025-05-05 or newer; it hands the compiled `.wasm` to `init`",
        packages: &[("workerd", "workerd")],
        entry: "./hallpass/hallpass.js",
        folder: "workerd",
        build: &["copy ../node_modules/hallpass hallpass"],
        run: Run::Server("workerd serve config.capnp --socket-addr http=localhost:{port}"),
        ..CELL
    },
    Cell {
        name: "Node",
        how: "version 20 and newer",
        folder: "runtime",
        run: Run::Program("node main.mjs"),
        ..CELL
    },
    Cell {
        name: "Deno",
        how: "with `--allow-net`",
        packages: &[("Deno", "deno")],
        folder: "runtime",
        run: Run::Program("deno run --allow-net main.mjs"),
        ..CELL
    },
    Cell {
        name: "Bun",
        how: "",
        packages: &[("Bun", "bun")],
        folder: "runtime",
        run: Run::Program("bun main.mjs"),
        ..CELL
    },
    Cell {
        name: "Vitest with jsdom",
        how: "`environment: \"jsdom\"`; `hallpass/testing`, too",
        packages: &[("Vitest", "vitest"), ("jsdom", "jsdom")],
        folder: "vitest",
        run: Run::Program("vitest run --environment jsdom"),
        ..CELL
    },
    Cell {
        name: "Vitest with happy-dom",
        how: "`environment: \"happy-dom\"`; the same",
        packages: &[("Vitest", "vitest"), ("happy-dom", "happy-dom")],
        folder: "vitest",
        run: Run::Program("vitest run --environment happy-dom"),
        ..CELL
    },
    Cell {
        name: "Jest with jsdom",
        how: "ES modules; the environment `jest-fixed-jsdom`, as plain jsdom has no `Request`; the same",
        packages: &[("Jest", "jest"), ("jest-fixed-jsdom", "jest-fixed-jsdom")],
        folder: "jest",
        run: Run::Program("node --experimental-vm-modules ../node_modules/jest/bin/jest.js"),
        ..CELL
    },
    Cell {
        name: "Yew",
        how: "the crate; `cargo build` and `wasm-bindgen --target web`; in Chromium and Firefox",
        packages: &[("Yew", "yew")],
        entry: "hallpass::Session",
        folder: "rust/yew",
        build: &[
            "cargo build --target wasm32-unknown-unknown",
            "wasm-bindgen ../../../matrix-rust/wasm32-unknown-unknown/debug/hallpass-yew.wasm --target=web --out-name=app --out-dir=dist/app",
            "copy ../pages dist",
        ],
        ..CELL
    },
    Cell {
        name: "Yew, as it is written",
        how: "`trunk serve`, of Trunk 0.21.14; it writes an inline script, which a strict policy has to allow",
        packages: &[("Yew", "yew")],
        entry: "hallpass::Session",
        folder: "rust/yew",
        build: &["trunk build"],
        run: Run::Server("trunk serve --port {port}"),
        reach: Reach::Whole,
    },
    Cell {
        name: "Leptos",
        how: "`trunk build --release`; the same, and Leptos writes `innerHTML`, so a policy can't require Trusted Types",
        packages: &[("Leptos", "leptos")],
        entry: "hallpass::Session",
        folder: "rust/leptos",
        build: &["trunk build --release"],
        run: Run::Server(PREVIEW),
        reach: Reach::Whole,
    },
];
