//! Tables of tracks and artists that are named wrongly.

use super::{Column, Grid};
use crate::report::errors::{Artist, Errors, Named, Never};
use crate::report::format::{count, percent};

/// How many genres are told of what an artist was called.
const CALLED: usize = 3;

/// Artists, how many of their tracks are wrong, and what they were called.
pub(in crate::report) fn artists(genres: &[String], artists: &[&Artist]) -> Grid {
    let mut grid = Grid::new(&["artist", "genre"], ["tracks", "wrong", "wrong %"]);
    grid.columns.push(word("called (predictions)"));
    // With one repeat, a track is wrong or not.
    let decimals = usize::from(artists.iter().any(|artist| artist.wrong.fract() > 0.0));
    for artist in artists {
        let own: Vec<&str> = artist.genres.iter().map(|&genre| genres[genre].as_str()).collect();
        let called: Vec<String> = artist
            .called
            .iter()
            .take(CALLED)
            .map(|&(genre, times)| format!("{} ({})", genres[genre], count(times)))
            .collect();
        let more = if artist.called.len() > CALLED { ", …" } else { "" };
        #[allow(clippy::cast_precision_loss)]
        let share = artist.wrong / artist.tracks as f64;
        let cells = vec![
            artist.name.clone(),
            own.join(", "),
            count(artist.tracks),
            format!("{:.decimals$}", artist.wrong),
            percent(share),
            called.join(", ") + more,
        ];
        grid.push(cells, false);
    }
    grid
}

/// Tracks that a contender names wrongly, and how sure it is.
pub(in crate::report) fn surest(genres: &[String], errors: &Errors, tracks: &[Named]) -> Grid {
    let words: &[&str] = if errors.artists_known {
        &["track", "artist", "genre", "named"]
    } else {
        &["track", "genre", "named"]
    };
    let mut grid = Grid::new(words, ["its score %", "truth's score %"]);
    for it in tracks {
        let mut cells = names(errors, &it.track, &it.artist);
        cells.extend([genres[it.truth].clone(), genres[it.named].clone()]);
        cells.extend([percent(it.score), percent(it.score_of_truth)]);
        grid.push(cells, false);
    }
    grid
}

/// Tracks that nobody names rightly, and what most contenders take them for.
pub(in crate::report) fn never(genres: &[String], errors: &Errors, tracks: &[Never]) -> Grid {
    let words: &[&str] = if errors.artists_known {
        &["track", "artist", "genre", "named by most"]
    } else {
        &["track", "genre", "named by most"]
    };
    let mut grid = Grid::new(words, ["contenders", "mean score %"]);
    for it in tracks {
        let mut cells = names(errors, &it.track, &it.artist);
        cells.extend([genres[it.truth].clone(), genres[it.named].clone()]);
        cells.extend([count(it.agreed), percent(it.score)]);
        grid.push(cells, false);
    }
    grid
}

/// The track, and its artist where the table has a column for it.
fn names(errors: &Errors, track: &str, artist: &str) -> Vec<String> {
    let mut cells = vec![track.to_owned()];
    if errors.artists_known {
        cells.push(if artist.is_empty() { "?".to_owned() } else { artist.to_owned() });
    }
    cells
}

fn word(title: &str) -> Column {
    Column { title: title.to_owned(), number: false }
}
