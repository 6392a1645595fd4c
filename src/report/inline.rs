//! A line of our own Markdown as HTML: code, bold, and letters behind a backslash.

/// The line in HTML; every other letter means itself.
pub(super) fn html(markdown: &str) -> String {
    let mut html = String::new();
    let mut rest = markdown;
    let mut bold = false;
    while let Some(letter) = rest.chars().next() {
        if let Some((code, after)) = code(rest) {
            html += &format!("<code>{}</code>", escape(code));
            rest = after;
        } else if let Some(after) = rest.strip_prefix("**") {
            bold = !bold;
            html += if bold { "<strong>" } else { "</strong>" };
            rest = after;
        } else {
            let behind = rest.strip_prefix('\\').unwrap_or(rest);
            let letter = behind.chars().next().unwrap_or(letter);
            html += &escape(&letter.to_string());
            rest = behind.get(letter.len_utf8()..).unwrap_or("");
        }
    }
    if bold { html + "</strong>" } else { html }
}

/// What stands between backticks at the front, and what follows.
fn code(text: &str) -> Option<(&str, &str)> {
    let fence = &text[..text.len() - text.trim_start_matches('`').len()];
    if fence.is_empty() {
        return None;
    }
    let (inside, after) = text[fence.len()..].split_once(fence)?;
    // A space keeps a backtick of the text apart from those around it.
    let pair = inside.strip_prefix(' ').and_then(|it| it.strip_suffix(' '));
    Some((pair.filter(|it| it.contains('`')).unwrap_or(inside), after))
}

/// Text whose letters mean themselves.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::html;
    use crate::report::markdown::{code, escape};

    #[test]
    fn what_was_escaped_for_markdown_comes_out_as_it_was() {
        assert_eq!(
            html(&escape("a*b [c] \\ <i> & \"q\"")),
            "a*b [c] \\ &lt;i&gt; &amp; &quot;q&quot;"
        );
        assert_eq!(html(&code("<img>")), "<code>&lt;img&gt;</code>");
        assert_eq!(html(&code("a`b")), "<code>a`b</code>");
        assert_eq!(html(&code("`b")), "<code>`b</code>");
        assert_eq!(html("**Not** these"), "<strong>Not</strong> these");
        assert_eq!(html("a ` b"), "a ` b");
    }
}
