//! What a browser makes of `ks plan -o html`.

use std::path::PathBuf;

use ks_apply::{Sandbox, SandboxOptions};
use ks_plan::display::{HtmlOptions, html};
use ks_tests::browser::Browser;
use ks_tests::configuration::everything_on;
use ks_tests::engine::{EXAMPLE, Engine, with_alerting};
use serde_json::json;
use tempfile::TempDir;

/// The pages of real plans, as files.
struct Pages(TempDir);

impl Pages {
    fn new() -> Self {
        Self(TempDir::new().expect("a folder"))
    }

    fn write(&self, name: &str, plan: &ks_plan::Plan) -> PathBuf {
        let page = html(plan, &HtmlOptions { cluster: Some("a cluster") });
        assert_eq!(page, html(plan, &HtmlOptions { cluster: Some("a cluster") }), "the same plan gives the same bytes");
        let file = self.0.path().join(name);
        std::fs::write(&file, page).expect("a file");
        file
    }
}

fn engine() -> Engine {
    Engine::on(Sandbox::in_memory(SandboxOptions::instant()))
}

/// The names of the objects that can be seen.
const SEEN: &str = "Array.from(document.querySelectorAll('.object')).filter((it) => it.checkVisibility())\
                    .map((it) => it.querySelector('.title').textContent)";

fn seen(browser: &mut Browser) -> Vec<String> {
    serde_json::from_value(browser.value(SEEN)).expect("names")
}

/// The object with this name, as an expression.
fn object(name: &str) -> String {
    let found =
        "Array.from(document.querySelectorAll('.object')).find((it) => it.querySelector('.title').textContent === ";
    format!("{found}{})", json!(name))
}

/// Writes into the field that has the cursor, and waits until the page is drawn anew.
fn search(browser: &mut Browser, words: &str) {
    browser.value("document.getElementById('search').value = ''");
    browser.write(words);
    browser.value("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => drawn(true))))");
}

fn is_quiet(browser: &mut Browser) {
    assert_eq!(browser.complaints(), Vec::<serde_json::Value>::new());
    let requests = browser.requests();
    assert!(!requests.is_empty() && requests.iter().all(|it| it.starts_with("file://")), "{requests:?}");
}

#[tokio::test]
async fn a_first_install_can_be_searched_and_its_order_leads_to_its_objects() {
    let planned = engine().plan(EXAMPLE).await;
    let pages = Pages::new();
    let file = pages.write("first.html", &planned.plan);
    let Some(mut browser) = Browser::start() else { return };
    browser.resize(1280, 900);
    browser.open(&file);
    let all = seen(&mut browser);
    let it = planned.plan.summary();
    assert_eq!(all.len(), it.create + it.update + it.replace + it.delete);

    // Words of a name: nothing else is shown, and nothing is unfolded.
    browser.press("/");
    assert_eq!(browser.value("document.activeElement.id"), "search");
    search(&mut browser, "SERVICEACCOUNT prometheus-k8s");
    let account = "ServiceAccount kubesphere-monitoring-system/prometheus-k8s".to_owned();
    let found = seen(&mut browser);
    assert!(found.contains(&account) && found.len() < 8, "{found:?}");
    assert_eq!(
        browser.value("document.getElementById('found').textContent"),
        format!("{} of {} objects", found.len(), all.len())
    );
    assert_eq!(browser.value(&format!("{}.open", object(&account))), false);

    // A word of a field: the object is unfolded, and of its fields only those that match are shown.
    search(&mut browser, "evaluationInterval");
    let prometheus = "Prometheus kubesphere-monitoring-system/k8s".to_owned();
    assert!(seen(&mut browser).contains(&prometheus), "{:?}", seen(&mut browser));
    let fields = format!(
        "Array.from({}.querySelectorAll('.field')).filter((it) => it.checkVisibility()).map((it) => it.textContent)",
        object(&prometheus)
    );
    let fields: Vec<String> = serde_json::from_value(browser.value(&fields)).unwrap();
    assert_eq!(fields, [".spec.evaluationInterval1m"]);

    // Nothing matches, and the search is given up.
    search(&mut browser, "no such word anywhere");
    assert_eq!(browser.value("document.getElementById('nothing').checkVisibility()"), true);
    assert_eq!(seen(&mut browser), Vec::<String>::new());
    browser.value("document.getElementById('search').dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))");
    assert_eq!(seen(&mut browser), all);

    // By component, with a select.
    browser.value("(() => { const it = document.getElementById('component'); it.value = 'alertmanager'; it.dispatchEvent(new Event('change')); })()");
    assert!(
        seen(&mut browser).iter().all(|it| it.contains("alertmanager") || it.contains("/main")),
        "{:?}",
        seen(&mut browser)
    );

    // A row of the picture leads to its object, also to one that the filter hides.
    let place = browser.value(&format!("{}.id", object(&prometheus)));
    let place = place.as_str().unwrap();
    browser.click(&format!("[data-object={place}] .hit"));
    browser.wait_for(&format!("document.getElementById('{place}').open"));
    assert_eq!(browser.value("location.hash"), format!("#{place}"));
    browser.wait_for(&format!("(() => {{ const top = document.getElementById('{place}').getBoundingClientRect().top; return top >= 0 && top < innerHeight; }})()"));
    is_quiet(&mut browser);
}

#[tokio::test]
async fn pages_fit_a_phone_and_are_read_without_scripts() {
    let engine = engine();
    let first = engine.plan(EXAMPLE).await;
    engine.converge(EXAMPLE).await;
    let pages = Pages::new();
    let files = [
        pages.write("first.html", &first.plan),
        pages.write("empty.html", &engine.plan(EXAMPLE).await.plan),
        pages.write("alerting.html", &engine.plan(&with_alerting()).await.plan),
    ];
    let Some(mut browser) = Browser::start() else { return };
    browser.resize(390, 844);
    for file in &files {
        browser.open(file);
        browser.value("document.querySelectorAll('details').forEach((it) => { it.open = true; })");
        let wide = browser.value("[document.documentElement.scrollWidth, innerWidth]");
        assert_eq!(wide, json!([390, 390]), "{}", file.display());
    }
    let heading = "document.querySelector('.verdict').textContent";
    browser.open(&files[1]);
    assert_eq!(browser.value(heading), "Nothing to change.");
    is_quiet(&mut browser);

    browser.allow_scripts(false);
    browser.open(&files[2]);
    assert_eq!(browser.value("document.getElementById('tools').checkVisibility()"), false);
    let thanos = "ThanosRuler kubesphere-monitoring-system/kubesphere".to_owned();
    assert!(seen(&mut browser).contains(&thanos), "{:?}", seen(&mut browser));
    browser.click(".object[data-component=thanos-ruler] summary");
    browser.wait_for("document.querySelector('.object[data-component=thanos-ruler]').open");
    assert_eq!(browser.value("document.querySelector('.object[open] .reasons').checkVisibility()"), true);
}

#[tokio::test]
async fn of_a_large_plan_the_order_of_a_component_is_unfolded_with_it() {
    let planned = engine().plan(&everything_on()).await;
    assert!(planned.plan.summary().create > 150, "{:?}", planned.plan.summary());
    let pages = Pages::new();
    let file = pages.write("large.html", &planned.plan);
    let Some(mut browser) = Browser::start() else { return };
    browser.resize(1280, 900);
    browser.open(&file);
    assert_eq!(browser.value("document.querySelectorAll('#order [data-object]').length"), 0);
    assert_eq!(browser.value("document.querySelectorAll('#order [data-card]').length > 10"), true);
    assert_eq!(browser.value("document.querySelector('.order [data-object]').checkVisibility()"), false);
    browser.click(".order > summary");
    browser.wait_for("document.querySelector('.order [data-object]').checkVisibility()");
    browser.click(".order[open] [data-object] .hit");
    browser.wait_for("document.querySelector('.object[open]') !== null");
    is_quiet(&mut browser);
}
