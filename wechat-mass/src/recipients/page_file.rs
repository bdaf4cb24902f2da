//! A list that grows page by page in a file, and goes on after a crash where its last whole page ended.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{BufReader, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use wechat_types::id::OpenId;

use super::lines::{Line, Lines};
use super::{Gatherer, RecipientsError};
use crate::problem::Problems;

/// How long a list that was read to its end is taken for what it was: a day.
const FRESH: Duration = Duration::from_secs(24 * 60 * 60);

/// How long the reading of a list may take: who came to a part of it that was read before is not in it.
pub(crate) const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A file of OpenIDs, one a line. Lines that begin with `#` say what the list is, when it was begun, where a
/// page ends, and where the list does.
#[derive(Debug)]
pub(super) struct PageFile {
    path: PathBuf,
    file: File,
    /// What ended the last whole page, such as the OpenID to go on after.
    pub(super) mark: Option<String>,
    /// OpenIDs so far.
    pub(super) count: usize,
    /// Whole pages so far.
    pub(super) pages: usize,
    /// When its first page was asked for.
    begun: Option<SystemTime>,
    /// When the list was read to its end.
    pub(super) ended: Option<SystemTime>,
}

impl PageFile {
    /// Opens the list that `head` describes, in one line. Another one that lies there is begun anew, and
    /// so is one that ended more than a day ago, or was begun more than a week ago and did not end.
    pub(super) fn open(path: &Path, head: &str, now: SystemTime) -> Result<Self, RecipientsError> {
        let failed = || Self::failed(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed())?;
        }
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).open(path);
        let file = file.map_err(failed())?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let shown = path.display();
                let problem = format!("{shown}: another program is reading this list");
                return Err(Problems::one(problem).into());
            }
            Err(TryLockError::Error(error)) => return Err(failed()(error)),
        }
        let path = path.to_owned();
        let mut list =
            Self { path, file, mark: None, count: 0, pages: 0, begun: None, ended: None };
        let whole = list.read(head)?;
        let is_old = match (list.ended, list.begun) {
            (Some(ended), _) => is_older(ended, FRESH, now),
            (None, Some(begun)) => is_older(begun, LONGEST, now),
            // Nobody knows.
            (None, None) => true,
        };
        if whole == 0 || is_old {
            list.begin(head, now)?;
        } else {
            // What follows is a page that was not written whole.
            list.file.set_len(whole).map_err(Self::failed(&list.path))?;
            list.file.seek(SeekFrom::End(0)).map_err(Self::failed(&list.path))?;
        }
        Ok(list)
    }

    fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> RecipientsError + use<> {
        let shown = path.display();
        RecipientsError::io(format!("{shown}: the list that is being read cannot be kept"))
    }

    /// Forgets what was read.
    pub(super) fn begin(&mut self, head: &str, now: SystemTime) -> Result<(), RecipientsError> {
        (self.mark, self.count, self.pages, self.ended) = (None, 0, 0, None);
        self.begun = Some(now);
        let done = self.file.set_len(0).and_then(|()| self.file.seek(SeekFrom::Start(0)));
        done.map_err(Self::failed(&self.path))?;
        self.write(&format!("# {head}\n# begun {}\n", seconds(now)))
    }

    /// Reads what is there; answers how many bytes of it are whole pages. None, if it is another list.
    fn read(&mut self, head: &str) -> Result<u64, RecipientsError> {
        let failed = || Self::failed(&self.path);
        let len = self.file.metadata().map_err(failed())?.len();
        let mut lines = Lines::new(BufReader::new(&self.file));
        let (mut at, mut whole, mut count) = (0_u64, 0_u64, 0_usize);
        let (mut mark, mut begun, mut ended, mut pages) = (None, None, None, 0_usize);
        while let Some(line) = lines.next().map_err(failed())? {
            let Line::Whole(line) = line else { return Ok(0) };
            if at == 0 && line.strip_prefix(b"# ") != Some(head.as_bytes()) {
                return Ok(0);
            }
            let is_first = at == 0;
            at += line.len() as u64 + 1;
            if at > len {
                // The last line has no end: it may be cut.
                break;
            }
            match std::str::from_utf8(line).ok().and_then(|line| line.strip_prefix("# ")) {
                None => {
                    count += 1;
                    continue;
                }
                Some(_) if is_first => {}
                Some(text) => {
                    if let Some(page) = text.strip_prefix("page ") {
                        (mark, pages) = (Some(page.to_owned()), pages + 1);
                    } else if let Some(at) = text.strip_prefix("begun ") {
                        begun = moment(at);
                    } else if let Some(at) = text.strip_prefix("end ") {
                        ended = moment(at);
                    }
                }
            }
            (whole, self.count) = (at, count);
        }
        (self.mark, self.begun, self.ended, self.pages) = (mark, begun, ended, pages);
        Ok(whole)
    }

    fn write(&mut self, text: &str) -> Result<(), RecipientsError> {
        let done = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_data());
        done.map_err(Self::failed(&self.path))
    }

    /// Adds a page; when this returns, it survives the process.
    pub(super) fn page(&mut self, list: &[OpenId], mark: &str) -> Result<(), RecipientsError> {
        let mut text = String::new();
        for open_id in list {
            text.push_str(open_id.as_str());
            text.push('\n');
        }
        text.push_str("# page ");
        text.push_str(mark);
        text.push('\n');
        self.write(&text)?;
        (self.mark, self.count, self.pages) =
            (Some(mark.to_owned()), self.count + list.len(), self.pages + 1);
        Ok(())
    }

    /// The list is whole.
    pub(super) fn end(&mut self, at: SystemTime) -> Result<(), RecipientsError> {
        self.write(&format!("# end {}\n", seconds(at)))?;
        self.ended = Some(at);
        Ok(())
    }

    /// Puts all of it into a list.
    pub(super) fn read_into(&mut self, gatherer: &mut Gatherer) -> Result<(), RecipientsError> {
        self.file.seek(SeekFrom::Start(0)).map_err(Self::failed(&self.path))?;
        let mut lines = Lines::new(BufReader::new(&self.file));
        while let Some(line) = lines.next().map_err(Self::failed(&self.path))? {
            match line {
                Line::Whole(line) if !line.starts_with(b"#") => gatherer.take(line)?,
                _ => {}
            }
        }
        Ok(())
    }
}

fn is_older(at: SystemTime, age: Duration, now: SystemTime) -> bool {
    now.duration_since(at).is_ok_and(|since| since > age)
}

fn seconds(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

fn moment(text: &str) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::from_secs(text.parse().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(range: std::ops::Range<usize>) -> Vec<OpenId> {
        range.map(|number| OpenId::new(format!("o{number}")).unwrap()).collect()
    }

    fn all(list: &mut PageFile) -> Vec<OpenId> {
        let mut gatherer = Gatherer::new(super::super::Scratch::in_memory());
        list.read_into(&mut gatherer).unwrap();
        let roster = gatherer.finish().unwrap();
        roster.open_ids(0..roster.len()).unwrap()
    }

    #[test]
    fn wherever_it_is_cut_whole_pages_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/list");
        let mut list = PageFile::open(&path, "tag 2", UNIX_EPOCH).unwrap();
        let mut whole = vec![(fs::metadata(&path).unwrap().len(), 0, None)];
        for (number, mark) in [(0, "o2"), (3, "o5")] {
            list.page(&ids(number..number + 3), mark).unwrap();
            let mark = Some(mark.to_owned());
            whole.push((fs::metadata(&path).unwrap().len(), number + 3, mark));
        }
        list.end(UNIX_EPOCH + Duration::from_secs(9)).unwrap();
        drop(list);
        let text = fs::read(&path).unwrap();
        for cut in 0..text.len() {
            fs::write(&path, &text[..cut]).unwrap();
            let mut list = PageFile::open(&path, "tag 2", UNIX_EPOCH).unwrap();
            assert!(PageFile::open(&path, "tag 2", UNIX_EPOCH).is_err(), "two read it");
            let kept = whole.iter().rfind(|(len, ..)| *len <= cut as u64);
            let (_, count, mark) = kept.cloned().unwrap_or((0, 0, None));
            assert_eq!((list.count, &list.mark, list.ended), (count, &mark, None), "{cut}");
            list.page(&ids(count..9), "o8").unwrap();
            assert_eq!(all(&mut list), ids(0..9), "{cut}");
        }
    }

    #[test]
    fn another_list_and_an_old_one_are_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list");
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        let mut list = PageFile::open(&path, "tag 2", at(0)).unwrap();
        list.page(&ids(0..3), "o2").unwrap();
        list.end(at(100)).unwrap();
        drop(list);
        let again = PageFile::open(&path, "tag 2", at(100) + FRESH).unwrap();
        assert_eq!((again.count, again.pages, again.ended), (3, 1, Some(at(100))));
        drop(again);
        let begun = at(101) + FRESH;
        let mut old = PageFile::open(&path, "tag 2", begun).unwrap();
        assert_eq!((old.count, old.ended), (0, None));
        old.page(&ids(0..3), "o2").unwrap();
        drop(old);
        // A part of it is not gone on with for ever.
        let part = PageFile::open(&path, "tag 2", begun + LONGEST).unwrap();
        assert_eq!((part.count, part.mark.as_deref()), (3, Some("o2")));
        drop(part);
        let late = begun + LONGEST + Duration::from_secs(1);
        let mut old = PageFile::open(&path, "tag 2", late).unwrap();
        assert_eq!((old.count, &old.mark), (0, &None));
        old.page(&ids(0..3), "o2").unwrap();
        drop(old);
        assert_eq!(PageFile::open(&path, "tag 2", late).unwrap().count, 3);
        assert_eq!(PageFile::open(&path, "tag 3", late).unwrap().count, 0);
        // It was not kept when this one was begun.
        fs::write(&path, "# tag 2\no1\n# page o1\n").unwrap();
        assert_eq!(PageFile::open(&path, "tag 2", late).unwrap().count, 0);
    }
}
