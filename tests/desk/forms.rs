//! Forms as a person fills them in.

use super::browser::Browser;
use fantoccini::Locator;

impl Browser {
    /// Types a text into a field in place of what stands there.
    pub async fn fill(&self, css: &str, text: &str) {
        let field = self.client.find(Locator::Css(css)).await.unwrap_or_else(|error| panic!("{css}: {error}"));
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Chooses in a list.
    pub async fn choose(&self, css: &str, label: &str) {
        let list = self.client.find(Locator::Css(css)).await.unwrap_or_else(|error| panic!("{css}: {error}"));
        list.select_by_label(label).await.unwrap_or_else(|error| panic!("{css}, «{label}»: {error}"));
    }

    /// Whether nothing of the page is cut at the sides when it is read at twice its size in a window of this width.
    pub async fn fits_twice_as_large(&self, what: &str) {
        self.client.set_window_size(1024, 600).await.unwrap();
        self.client.execute("document.documentElement.style.zoom = 2", vec![]).await.unwrap();
        let script = "const wide = (e) => e.closest('.wide, .scroll');
            return Array.from(document.querySelectorAll('main *, header *')).filter((e) => !wide(e) && e.offsetWidth > 1
                && !e.classList.contains('hidden') && e.getBoundingClientRect().right > window.innerWidth + 1)
                .map((e) => e.outerHTML.slice(0, 120)).join('\\n')";
        let cut = self.client.execute(script, vec![]).await.unwrap();
        assert_eq!(cut.as_str(), Some(""), "{what}");
        let sideways = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
        assert_eq!(self.client.execute(sideways, vec![]).await.unwrap(), 0, "{what} is scrolled sideways");
        self.picture(&format!("{what}-200")).await;
        self.client.execute("document.documentElement.style.zoom = ''", vec![]).await.unwrap();
        self.client.set_window_size(1280, 800).await.unwrap();
    }
}
