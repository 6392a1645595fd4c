//! Chromium, spoken to through a pipe: JSON messages that end in a zero byte.
//!
//! <https://chromedevtools.github.io/devtools-protocol/>; the pipe needs neither a driver nor a
//! library.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde_json::{Value, json};

/// How long the browser may take for one thing, a clip of ten minutes in an unoptimised build
/// included.
const PATIENCE: Duration = Duration::from_secs(240);

/// A browser without a window.
pub struct Browser {
    child: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    /// What it told without being asked.
    told: Vec<Value>,
    next: u64,
    _profile: tempfile::TempDir,
}

/// One of its pages.
pub struct Page<'a> {
    browser: &'a mut Browser,
    session: String,
    width: u32,
}

impl Browser {
    /// Starts it; `None` where none is installed.
    pub fn start() -> Option<Self> {
        let names = ["chromium", "chromium-browser", "google-chrome"];
        let is_there = |name: &&&str| {
            let version = Command::new(name).arg("--version").output();
            version.is_ok_and(|it| it.status.success())
        };
        let name = names.iter().find(is_there)?;
        let profile = tempfile::tempdir().unwrap();
        // The browser reads from descriptor 3 and writes to 4.
        let script = "exec \"$0\" \"$@\" 3<&0 4>&1 0</dev/null 1>/dev/null 2>/dev/null";
        let mut child = Command::new("sh")
            .args(["-c", script, name, "--headless", "--remote-debugging-pipe", "--disable-gpu"])
            // It shows nothing but our own page, and root may not use its sandbox.
            .args(["--no-sandbox", "--no-first-run", "--disable-background-networking"])
            .args(["--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let to = child.stdin.take().unwrap();
        let (sender, from) = channel();
        let messages = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for message in messages.split(0).map_while(Result::ok) {
                let message = serde_json::from_slice(&message).unwrap();
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        Some(Self { child, to, from, told: Vec::new(), next: 0, _profile: profile })
    }

    /// Opens `address` in a page of this width.
    pub fn open(&mut self, address: &str, width: u32) -> Page<'_> {
        let target = self.call(None, "Target.createTarget", &json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = self.call(None, "Target.attachToTarget", &attach);
        let session = session["sessionId"].as_str().unwrap().to_owned();
        self.told.clear();
        let mut page = Page { browser: self, session, width };
        page.size(900);
        for domain in ["Page.enable", "Runtime.enable", "Log.enable", "DOM.enable"] {
            page.call(domain, &json!({}));
        }
        page.call("Page.navigate", &json!({ "url": address }));
        page.until(&format!("location.href === '{address}' && document.readyState === 'complete'"));
        page
    }

    fn call(&mut self, session: Option<&str>, method: &str, parameters: &Value) -> Value {
        self.next += 1;
        let mut message = json!({ "id": self.next, "method": method, "params": parameters });
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        self.to.write_all(format!("{message}\0").as_bytes()).unwrap();
        loop {
            let message = self.from.recv_timeout(PATIENCE).expect("the browser answers");
            if message["id"] == self.next {
                assert!(message.get("error").is_none(), "{method}: {message}");
                return message["result"].clone();
            }
            self.told.push(message);
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Page<'_> {
    fn call(&mut self, method: &str, parameters: &Value) -> Value {
        self.browser.call(Some(&self.session), method, parameters)
    }

    fn size(&mut self, height: u32) {
        let mobile = self.width < 600;
        let size = json!({ "width": self.width, "height": height, "deviceScaleFactor": 1, "mobile": mobile });
        self.call("Emulation.setDeviceMetricsOverride", &size);
    }

    /// The value of an expression.
    pub fn run(&mut self, script: &str) -> Value {
        let wanted = json!({ "expression": script, "returnByValue": true, "awaitPromise": true });
        let result = self.call("Runtime.evaluate", &wanted);
        assert!(result.get("exceptionDetails").is_none(), "{script}: {result}");
        result["result"]["value"].clone()
    }

    /// Waits until an expression is true.
    pub fn until(&mut self, script: &str) {
        let begun = Instant::now();
        while self.run(script) != true {
            assert!(begun.elapsed() < PATIENCE, "never true: {script}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Chooses a file, as a person does in the dialogue.
    pub fn choose(&mut self, selector: &str, file: &Path) {
        let root = self.call("DOM.getDocument", &json!({}))["root"]["nodeId"].clone();
        let query = json!({ "nodeId": root, "selector": selector });
        let node = self.call("DOM.querySelector", &query)["nodeId"].clone();
        self.call("DOM.setFileInputFiles", &json!({ "nodeId": node, "files": [file] }));
    }

    /// Keeps a picture of the whole page in the folder that `CROSSFOLD_SHOTS` names.
    pub fn shot(&mut self, name: &str) {
        let Some(folder) = std::env::var_os("CROSSFOLD_SHOTS").map(PathBuf::from) else { return };
        let height = self.run("document.documentElement.scrollHeight").as_u64().unwrap();
        self.size(height as u32);
        // Charts are drawn again for the new size before they are taken.
        self.run("new Promise((done) => setTimeout(done, 700))");
        let picture = self.call("Page.captureScreenshot", &json!({ "format": "png" }));
        self.size(900);
        let bytes =
            base64::engine::general_purpose::STANDARD.decode(picture["data"].as_str().unwrap());
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), bytes.unwrap()).unwrap();
    }

    /// What went wrong in the page: errors of scripts, and what its policy forbids. Answers of the
    /// server that are no success are none.
    pub fn problems(&mut self) -> Vec<String> {
        self.run("0");
        let problem = |message: &Value| {
            let (method, facts) = (message["method"].as_str()?, &message["params"]);
            let entry = &facts["entry"];
            let logged = method == "Log.entryAdded"
                && entry["level"] == "error"
                && entry["source"] != "network";
            let complained = method == "Runtime.consoleAPICalled" && facts["type"] == "error";
            let failed = method == "Runtime.exceptionThrown" || logged || complained;
            failed.then(|| facts.to_string())
        };
        self.browser.told.iter().filter_map(problem).collect()
    }
}
