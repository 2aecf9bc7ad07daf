//! The ways to build and to run a front end.

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
    /// The commands that build it, run in its folder: programs of npm packages, and `copy`.
    pub build: &'static [&'static [&'static str]],
    /// How the result is loaded.
    pub run: Run,
}

/// How a project's result is loaded.
#[derive(Clone, Copy)]
pub enum Run {
    /// Files in a folder of the project's, served as they are under a strict Content Security Policy.
    Pages(&'static str),
    /// By a server of the project's own, on `{port}`.
    Server(&'static [&'static str]),
    /// By a runtime without pages.
    Program(&'static [&'static str]),
}

impl Cell {
    /// The folder with its pages, when it has become files.
    pub fn pages(&self) -> Option<&'static str> {
        match self.run {
            Run::Pages(folder) => Some(folder),
            _ => None,
        }
    }

    /// Its name as part of a file's.
    pub fn log_name(&self) -> String {
        self.name.to_lowercase().replace([' ', ','], "-")
    }
}

const BUILD: &[&str] = &["vite", "build"];

/// All of them.
pub const CELLS: [Cell; 16] = [
    Cell {
        name: "no tool",
        how: "`<script type=\"module\">`, the package's folder served as it is",
        packages: &[],
        entry: "./hallpass/hallpass.js",
        folder: "plain",
        build: &[&["copy", "../node_modules/hallpass", "hallpass"]],
        run: Run::Pages("."),
    },
    Cell {
        name: "Vite and React",
        how: "build; `hallpass/react`",
        packages: &[("Vite", "vite"), ("React", "react")],
        entry: "hallpass",
        folder: "vite-react",
        build: &[BUILD],
        run: Run::Pages("dist"),
    },
    Cell {
        name: "Vite and React, as it is written",
        how: "development server; `hallpass/react`",
        packages: &[("Vite", "vite"), ("React", "react")],
        entry: "hallpass",
        folder: "vite-react",
        build: &[],
        run: Run::Server(&["vite", "--host", "localhost", "--strictPort", "--port", "{port}"]),
    },
    Cell {
        name: "Vite 7, as it is written",
        how: "development server",
        packages: &[("Vite", "vite-7")],
        entry: "hallpass",
        folder: "vite-7",
        build: &[],
        run: Run::Server(&["vite-7", "--host", "localhost", "--strictPort", "--port", "{port}"]),
    },
    Cell {
        name: "Vite and Vue",
        how: "build; `hallpass/vue`",
        packages: &[("Vite", "vite"), ("Vue", "vue")],
        entry: "hallpass",
        folder: "vite-vue",
        build: &[BUILD],
        run: Run::Pages("dist"),
    },
    Cell {
        name: "Vite and Svelte",
        how: "build; the session is a store",
        packages: &[("Vite", "vite"), ("Svelte", "svelte")],
        entry: "hallpass",
        folder: "vite-svelte",
        build: &[BUILD],
        run: Run::Pages("dist"),
    },
    Cell {
        name: "a worker",
        how: "build; in a dedicated worker",
        packages: &[("Vite", "vite")],
        entry: "hallpass",
        folder: "worker",
        build: &[BUILD],
        run: Run::Pages("dist"),
    },
    Cell {
        name: "webpack",
        how: "build",
        packages: &[("webpack", "webpack")],
        entry: "hallpass",
        folder: "webpack",
        build: &[
            &["webpack", "--mode", "production", "--entry", "./main.js", "-o", "dist"],
            &["copy", "index.html", "dist/index.html"],
        ],
        run: Run::Pages("dist"),
    },
    Cell {
        name: "Rollup",
        how: "build; with @web/rollup-plugin-import-meta-assets",
        packages: &[("Rollup", "rollup")],
        entry: "hallpass",
        folder: "rollup",
        build: &[
            &["rollup", "-c", "-i", "main.js", "-d", "dist"],
            &["copy", "index.html", "dist/index.html"],
        ],
        run: Run::Pages("dist"),
    },
    Cell {
        name: "esbuild",
        how: "build",
        packages: &[("esbuild", "esbuild")],
        entry: "hallpass/inline",
        folder: "esbuild",
        build: &[
            &["esbuild", "main.js", "--bundle", "--minify", "--format=esm", "--outdir=dist"],
            &["copy", "index.html", "dist/index.html"],
        ],
        run: Run::Pages("dist"),
    },
    Cell {
        name: "Parcel",
        how: "build; it writes an inline script, which a strict policy has to allow",
        packages: &[("Parcel", "parcel")],
        entry: "hallpass",
        folder: "parcel",
        build: &[&["parcel", "build", "index.html", "--dist-dir", "dist", "--no-cache"]],
        run: Run::Server(&["vite", "preview", "--host", "localhost", "--strictPort", "--port", "{port}"]),
    },
    Cell {
        name: "Next.js",
        how: "build; rendered by the server, which signs in too; `hallpass/react`",
        packages: &[("Next.js", "next"), ("React", "react")],
        entry: "hallpass",
        folder: "next",
        build: &[&["next", "build"]],
        run: Run::Server(&["next", "start", "-H", "localhost", "-p", "{port}"]),
    },
    Cell {
        name: "Next.js, as it is written",
        how: "development server; the same",
        packages: &[("Next.js", "next"), ("React", "react")],
        entry: "hallpass",
        folder: "next",
        build: &[],
        run: Run::Server(&["next", "dev", "-H", "localhost", "-p", "{port}"]),
    },
    Cell {
        name: "Node",
        how: "version 20 and newer",
        packages: &[],
        entry: "hallpass",
        folder: "runtime",
        build: &[],
        run: Run::Program(&["node", "main.mjs"]),
    },
    Cell {
        name: "Deno",
        how: "with `--allow-net`",
        packages: &[("Deno", "deno")],
        entry: "hallpass",
        folder: "runtime",
        build: &[],
        run: Run::Program(&["deno", "run", "--allow-net", "main.mjs"]),
    },
    Cell {
        name: "Bun",
        how: "",
        packages: &[("Bun", "bun")],
        entry: "hallpass",
        folder: "runtime",
        build: &[],
        run: Run::Program(&["bun", "main.mjs"]),
    },
];
