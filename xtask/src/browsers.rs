//! The browsers that the tests run in, each with its driver: found on the machine, else installed where that is
//! possible without asking anybody (Debian and its kin, as root or with a sudo that needs no password).

use std::fs;
use std::path::{Path, PathBuf};

use crate::apt::Apt;
use crate::tools::{Install, cargo_install};
use crate::workspace::find_program;

/// A browser engine.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Chromium or Google Chrome, driven by chromedriver.
    Chromium,
    /// Firefox or Firefox ESR, driven by geckodriver.
    Firefox,
    /// `WebKitGTK`'s `MiniBrowser`, driven by `WebKitWebDriver`. It has no mode without windows, so it needs Xvfb too.
    WebKit,
}

impl Engine {
    /// All that the tests know.
    pub const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::WebKit];

    /// Those that wasm-pack runs tests in, on every system.
    pub const OF_WASM_PACK: [Self; 2] = [Self::Chromium, Self::Firefox];

    /// wasm-pack's option for it, and for the path of its driver.
    pub fn options_of_wasm_pack(self) -> [&'static str; 2] {
        match self {
            Self::Chromium => ["--chrome", "--chromedriver"],
            Self::Firefox => ["--firefox", "--geckodriver"],
            Self::WebKit => ["--safari", "--safaridriver"],
        }
    }

    /// Its name, which is also the value of `HALLPASS_BROWSER`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::WebKit => "webkit",
        }
    }

    /// The environment variables in which the end-to-end tests look for its name and its programs.
    pub fn variables(self) -> Vec<(&'static str, PathBuf)> {
        let (driver, browser) = match self {
            Self::Chromium => ("CHROMEDRIVER", None),
            Self::Firefox => ("GECKODRIVER", None),
            Self::WebKit => ("WEBKITWEBDRIVER", Some("MINIBROWSER")),
        };
        let driver = self.find_driver().map(|path| (driver, path));
        let browser = browser.zip(self.find_browser());
        let name = ("HALLPASS_BROWSER", PathBuf::from(self.name()));
        [name].into_iter().chain(driver).chain(browser).collect()
    }

    /// The path of its driver, or a sentence on what is missing.
    pub fn driver(self) -> Result<PathBuf, String> {
        let (missing, advice) = match (self, self.find_browser(), self.find_driver()) {
            (Self::WebKit, Some(_), Some(_)) if find_display().is_none() => ("Xvfb", "install Xvfb"),
            (_, Some(_), Some(driver)) => return Ok(driver),
            (Self::Chromium, None, _) => ("Chromium", "install Chromium or Google Chrome"),
            (Self::Chromium, ..) => ("chromedriver", "install ChromeDriver in your browser's version"),
            (Self::Firefox, None, _) => ("Firefox", "install Firefox"),
            (Self::Firefox, ..) => ("geckodriver", "run `cargo install geckodriver --locked`"),
            (Self::WebKit, _, None) => ("WebKitWebDriver", "install WebKitGTK's driver"),
            (Self::WebKit, None, _) => {
                return Err("WebKitGTK's MiniBrowser is in no folder of /usr/lib or /usr/libexec".to_owned());
            }
        };
        Err(format!("{missing} is missing: {advice} so that it is on the PATH"))
    }

    fn find_browser(self) -> Option<PathBuf> {
        let names: &[&str] = match self {
            Self::Chromium => {
                &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
            }
            Self::Firefox => &["firefox", "firefox-esr"],
            Self::WebKit => return find_mini_browser(),
        };
        find_program(names)
    }

    fn find_driver(self) -> Option<PathBuf> {
        find_program(match self {
            Self::Chromium => &["chromedriver"],
            Self::Firefox => &["geckodriver"],
            Self::WebKit => &["WebKitWebDriver"],
        })
    }

    /// Debian's names of what isn't there; it has no package of geckodriver.
    fn missing_packages(self) -> Vec<&'static str> {
        let wanted = match self {
            Self::Chromium => {
                vec![("chromium", self.find_browser()), ("chromium-driver", self.find_driver())]
            }
            Self::Firefox => vec![("firefox-esr", self.find_browser())],
            // The browser comes along with the driver.
            Self::WebKit => vec![
                ("webkit2gtk-driver", self.find_browser().and(self.find_driver())),
                ("xvfb", find_display()),
            ],
        };
        wanted.into_iter().filter(|(_, found)| found.is_none()).map(|(package, _)| package).collect()
    }
}

/// The browser in the folder of `WebKitGTK`'s libraries, which has another place on each system.
fn find_mini_browser() -> Option<PathBuf> {
    let libraries = PathBuf::from("/usr/lib");
    let parents = entries(&libraries).into_iter().chain([libraries, PathBuf::from("/usr/libexec")]);
    let of_webkit = |folder: &PathBuf| {
        folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with("webkit"))
    };
    let folders = parents.flat_map(|folder| entries(&folder)).filter(of_webkit);
    // The newest, should there be several.
    folders.map(|folder| folder.join("MiniBrowser")).filter(|path| path.is_file()).max()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

/// The server of a display that nobody sees.
fn find_display() -> Option<PathBuf> {
    find_program(&["Xvfb"])
}

/// The installations that can be tried for those of `engines` that lack something.
pub fn missing(engines: &[Engine]) -> Vec<Install> {
    let mut installs = Vec::new();
    let packages: Vec<_> = engines.iter().map(|engine| engine.missing_packages()).collect();
    let names = packages.concat().join(", ");
    let apt = if names.is_empty() { None } else { Apt::find() };
    let gets_firefox = apt.is_some() || Engine::Firefox.find_browser().is_some();
    if let Some(apt) = apt {
        let what = format!("{names} with apt-get");
        installs.push(Install::new(what, "the browser tests run in them", move || apt.install(&packages)));
    }
    if engines.contains(&Engine::Firefox) && gets_firefox && Engine::Firefox.find_driver().is_none() {
        let work = || cargo_install("geckodriver", None);
        installs.push(Install::new("geckodriver", "the browser tests control Firefox through it", work));
    }
    installs
}
