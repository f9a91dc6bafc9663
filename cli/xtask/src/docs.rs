//! `cargo xtask docs`: the schema, the generated pages, and the site.

use anyhow::{Result, bail};
use conjoin_docs::{Book, all_help, dead_links, generated, render_site};

use crate::process::{capture, cargo, root, say, target};

/// Writes what is generated anew.
pub(crate) fn docs() -> Result<()> {
    cargo(&["build", "--release", "--workspace", "--all-targets"], &[])?;
    let conjoin = target().join("release/conjoin");
    let help = all_help(|words| capture(&conjoin, &[words, &["--help"]].concat()))?;
    let schema = capture(&conjoin, &["schema"])?;
    for (path, text) in generated(&root(), &schema, &help)? {
        let path = root().join(path);
        if fs_err::read_to_string(&path).is_ok_and(|found| found == text) {
            continue;
        }
        say(&format!("writing {}", path.display()));
        fs_err::create_dir_all(path.parent().unwrap_or(&path))?;
        fs_err::write(path, text)?;
    }
    Ok(())
}

/// Renders the site into `target/site`.
pub(crate) fn site() -> Result<()> {
    let book = Book::load(&root().join("docs/src"))?;
    let dead = dead_links(&book);
    if !dead.is_empty() {
        bail!("links that lead nowhere: {dead:#?}");
    }
    let site = target().join("site");
    for entry in fs_err::read_dir(root().join("docs/src"))? {
        let path = entry?.path();
        if let (Some("png"), Some(name)) = (path.extension().and_then(|end| end.to_str()), path.file_name()) {
            fs_err::create_dir_all(&site)?;
            fs_err::copy(&path, site.join(name))?;
        }
    }
    for (path, text) in render_site(&book) {
        let path = site.join(path);
        fs_err::create_dir_all(path.parent().unwrap_or(&path))?;
        fs_err::write(path, text)?;
    }
    say(&format!("the site is {}", site.join("index.html").display()));
    Ok(())
}
