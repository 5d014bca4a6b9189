//! Debian's Chromium, driven over WebDriver.

use super::peers;
use fantoccini::wd::{Capabilities, PrintConfiguration};
use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A browser with a profile of its own.
pub struct Browser {
    pub client: Client,
    driver: Child,
    pub profile: tempfile::TempDir,
}

impl Browser {
    /// Starts one; nothing where it is not installed.
    pub async fn start() -> Option<Self> {
        peers::require("chromium")?;
        peers::require("chromedriver")?;
        let (driver, port) = (0..3).find_map(|_| driver()).expect("chromedriver says its port");
        let profile = tempfile::tempdir().unwrap();
        let args = [
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--window-size=1280,800".to_owned(),
            format!("--user-data-dir={}", profile.path().display()),
        ];
        let mut capabilities = Capabilities::new();
        capabilities.insert("goog:chromeOptions".to_owned(), json!({ "args": args }));
        let connector = hyper_util::client::legacy::connect::HttpConnector::new();
        let client = ClientBuilder::new(connector)
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("a session");
        Some(Self { client, driver, profile })
    }

    /// Waits until an element has this text, ten seconds at most.
    pub async fn until(&self, css: &str, text: &str) {
        let mut seen = String::new();
        for _ in 0..200 {
            seen = self.text(css).await;
            if seen.contains(text) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!(
            "«{text}» is never seen in {css}, which says «{seen}»\n{}",
            self.client.source().await.unwrap_or_default()
        );
    }

    /// Waits until an element says this no more, ten seconds at most.
    pub async fn until_without(&self, css: &str, text: &str) {
        for _ in 0..200 {
            if !self.text(css).await.contains(text) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{css} still says «{text}»");
    }

    /// Waits until no element of a selector is there, ten seconds at most.
    pub async fn until_gone(&self, css: &str) {
        for _ in 0..200 {
            if self.client.find_all(Locator::Css(css)).await.is_ok_and(|found| found.is_empty()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{css} stays");
    }

    /// The text of all elements of a selector.
    pub async fn text(&self, css: &str) -> String {
        let script = "return Array.from(document.querySelectorAll(arguments[0]), (e) => e.textContent).join('\\n')";
        let text = self.client.execute(script, vec![json!(css)]).await.unwrap_or_default();
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Types keys to whatever has the focus.
    pub async fn press(&self, keys: &str) {
        self.client.active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    /// Clicks the first element of a selector, once it is there and its page is not just giving way to the next.
    pub async fn click(&self, css: &str) {
        let mut said = None;
        for _ in 0..200 {
            match self.client.find(Locator::Css(css)).await {
                Ok(element) => match element.click().await {
                    Ok(()) => return,
                    Err(error) if error.is_stale_element_reference() => said = Some(error),
                    Err(error) => panic!("{css}: {error}"),
                },
                Err(error) => said = Some(error),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{css}: {said:?}");
    }

    /// That axe-core finds nothing on the page as it stands, that keys come to all that can be clicked, and that at 200 % it is cut
    /// nowhere.
    pub async fn accessible(&self, what: &str) {
        let Some(axe) = peers::require_file("axe.min.js") else { return };
        let script = std::fs::read_to_string(axe).unwrap();
        self.client.execute(&script, vec![]).await.unwrap();
        let run = "const done = arguments[arguments.length - 1]; axe.run().then((found) => done(found.violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.html).join(' | '))))";
        let found = self.client.execute_async(run, vec![]).await.unwrap();
        assert_eq!(found, Value::Array(Vec::new()), "{what}");
        let mouse = "return Array.from(document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary'))
            .filter((e) => e.tabIndex < 0).map((e) => e.outerHTML.slice(0, 160))";
        let mouse = self.client.execute(mouse, vec![]).await.unwrap();
        assert_eq!(mouse, Value::Array(Vec::new()), "{what}: only by mouse");
        let (width, height) = self.client.get_window_size().await.unwrap();
        self.client.set_window_size(width as u32 / 2, height as u32 / 2).await.unwrap();
        // What scrolls by itself is not cut.
        let cut = "const wide = document.documentElement.clientWidth;
            const scrolls = (e) => e && (/auto|scroll/.test(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
            return Array.from(document.querySelectorAll('body *')).filter((e) => {
                const box = e.getBoundingClientRect();
                return box.width > 1 && box.right > wide + 1 && !scrolls(e.parentElement) && !e.closest('.hidden, .skip');
            }).map((e) => e.outerHTML.slice(0, 160))";
        let cut = self.client.execute(cut, vec![]).await.unwrap();
        self.client.set_window_size(width as u32, height as u32).await.unwrap();
        assert_eq!(cut, Value::Array(Vec::new()), "{what} at 200 %");
    }

    /// A picture of the page as it is in the dark, where it must be legible too.
    pub async fn picture_in_the_dark(&self, name: &str) {
        let turn = "for (const sheet of document.styleSheets) for (const rule of sheet.cssRules)
            if (rule.media?.mediaText.includes('prefers-color-scheme: dark')) rule.media.mediaText = 'all'";
        self.client.execute(turn, vec![]).await.unwrap();
        self.picture(&format!("{name}-dark")).await;
        self.accessible(name).await;
    }

    /// Keeps a picture of the page, for whoever wants to look at it.
    pub async fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("LETOPIS_SCREENSHOTS") else { return };
        let png = self.client.screenshot().await.unwrap();
        std::fs::write(Path::new(&folder).join(format!("{name}.png")), png).unwrap();
    }

    /// At 200 % of a window of 1280 the page has half as much room: its tables scroll, it does not.
    pub async fn fits_at_twice_the_size(&self, name: &str) {
        self.client.set_window_size(640, 800).await.unwrap();
        let wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
        let over = self.client.execute(wide, vec![]).await.unwrap();
        self.picture(&format!("{name}-narrow")).await;
        self.client.set_window_size(1280, 800).await.unwrap();
        assert!(over.as_i64().is_some_and(|over| over <= 0), "{name} is cut: {over}");
    }

    /// The page on paper, as its «Печать» gives it.
    pub async fn printed(&self) -> Vec<u8> {
        // The page says itself how large its leaves are.
        let paper = PrintConfiguration::builder().shrink_to_fit(false).build().unwrap();
        self.client.print(paper).await.unwrap()
    }

    /// Closes it.
    pub async fn close(mut self) -> tempfile::TempDir {
        let _ = self.client.clone().close().await;
        std::mem::replace(&mut self.profile, tempfile::tempdir().unwrap())
    }
}

/// Demands that no file of a profile holds any of these texts, in either of the ways in which a browser writes them.
pub fn holds_nothing_of(profile: &Path, texts: &[&str]) {
    let kept = walkdir::WalkDir::new(profile).into_iter().filter_map(Result::ok);
    for file in kept.filter(|entry| entry.file_type().is_file()) {
        let bytes = std::fs::read(file.path()).unwrap_or_default();
        for text in texts {
            let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let held = |what: &[u8]| bytes.windows(what.len()).any(|part| part == what);
            assert!(!held(text.as_bytes()) && !held(&wide), "{text} is in {}", file.path().display());
        }
    }
}

/// The driver and its port; nothing where it has ended before it said one.
fn driver() -> Option<(Child, String)> {
    let mut driver =
        Command::new("chromedriver").args(["--port=0"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut said = BufReader::new(driver.stdout.take().unwrap()).lines();
    let port = said.find_map(|line| {
        line.ok()?.split("successfully on port ").nth(1).map(|port| port.trim_end_matches('.').to_owned())
    });
    // What it says later is of no use, but the pipe must not break.
    std::thread::spawn(move || said.count());
    Some((driver, port?))
}

/// A test that fails leaves no browser behind.
impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
        let profile = self.profile.path().display().to_string();
        let _ = Command::new("pkill").args(["-9", "-f", "--", &format!("--user-data-dir={profile}")]).status();
    }
}

/// Does something that waits.
pub fn run(what: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(what);
}
