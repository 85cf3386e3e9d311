//! A record as bytes: a gzip file (RFC 1952) of pieces, so that its plan, which is most of it and stays the same, is packed once.

use std::fmt;
use std::io::{BufWriter, Write};
use std::sync::Arc;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc, CrcWriter};
use serde::Serialize;

use super::object::{RecordError, malformed};
use super::record::Record;

/// How many bytes a record may have, compressed. An object may have a MiB or so, and base64 makes a third more of it.
const MOST: usize = 256 * 1024;
/// What a gzip file begins with: deflated, without a name and a time, so that the same record has the same bytes.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// The last block of a deflated text, with nothing in it (RFC 1951).
const LAST_BLOCK: [u8; 2] = [3, 0];
/// How the text of a record ends whose plan is empty.
const NO_PLAN: &str = "{}}";

/// Holds a record that can be written several times, with other words around the same plan.
///
/// # Example
/// ```
/// use ks_plan::Inventory;
/// use ks_plan::history::{FORMAT_VERSION, Outcome, Record};
/// let mut record = Record::default();
/// record.format_version = FORMAT_VERSION.to_owned();
/// let mut packed = record.pack()?;
/// packed.record.outcome = Outcome::Succeeded;
/// let secret = packed.secret(&Inventory::default())?;
/// assert_eq!(Record::read(secret.value())?.outcome, Outcome::Succeeded);
/// # Ok::<(), ks_plan::history::RecordError>(())
/// ```
#[derive(Clone, Debug)]
pub struct PackedRecord {
    /// The record, without its plan, which stays as it was packed.
    pub record: Record,
    plan: Arc<Piece>,
}

impl Record {
    /// Packs the plan of the record. What is too large is left out, and said to be: the plan for programs first, then the plan for
    /// people, and only then the configuration.
    ///
    /// # Errors
    /// When it does not become JSON, which is a bug.
    pub fn pack(self) -> Result<PackedRecord, RecordError> {
        self.pack_within(MOST)
    }

    /// The same in no more than `most` bytes, where leaving out helps.
    pub(super) fn pack_within(mut self, most: usize) -> Result<PackedRecord, RecordError> {
        let mut plan = std::mem::take(&mut self.plan);
        let mut packed = PackedRecord { record: self, plan: Arc::new(Piece::of_json(&plan, Compression::default())?) };
        if packed.bytes()?.len() <= most {
            return Ok(packed);
        }
        packed.plan = Arc::new(Piece::of_json(&plan, Compression::best())?);
        let left_out = ["the plan for programs", "the plan", "the plan and the configuration"];
        for (step, words) in left_out.into_iter().enumerate() {
            if packed.bytes()?.len() <= most {
                break;
            }
            plan.document = None;
            if step > 0 {
                plan.text = None;
            }
            if step > 1 {
                packed.record.configuration = None;
            }
            plan.left_out = Some(format!("{words}: too large for an object of a cluster"));
            packed.plan = Arc::new(Piece::of_json(&plan, Compression::best())?);
        }
        Ok(packed)
    }
}

impl PackedRecord {
    /// The whole record as a gzip file.
    pub(super) fn bytes(&self) -> Result<Vec<u8>, RecordError> {
        let text = serde_json::to_string(&self.record).map_err(malformed)?;
        let before = text.strip_suffix(NO_PLAN).ok_or_else(|| malformed("its plan does not stand at its end"))?;
        let (before, after) = (Piece::of(before.as_bytes())?, Piece::of(b"}")?);
        Ok(gzip(&[&before, &self.plan, &after]))
    }
}

/// A part of a text, deflated by itself: it refers to nothing before it, and ends with a whole byte.
struct Piece {
    deflated: Vec<u8>,
    crc: Crc,
}

/// A record may hold what only the readers of Secrets may see.
impl fmt::Debug for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Piece({} bytes)", self.deflated.len())
    }
}

impl Piece {
    fn of(text: &[u8]) -> Result<Self, RecordError> {
        Self::written(Compression::default(), |to| to.write_all(text).map_err(malformed))
    }

    fn of_json(value: &impl Serialize, compression: Compression) -> Result<Self, RecordError> {
        Self::written(compression, |to| serde_json::to_writer(to, value).map_err(malformed))
    }

    fn written(
        compression: Compression,
        write: impl FnOnce(&mut dyn Write) -> Result<(), RecordError>,
    ) -> Result<Self, RecordError> {
        let mut crc = CrcWriter::new(DeflateEncoder::new(Vec::new(), compression));
        let mut buffer = BufWriter::new(&mut crc);
        write(&mut buffer)?;
        // This ends a block at a whole byte, and not the text.
        buffer.flush().map_err(malformed)?;
        drop(buffer);
        let deflated = std::mem::take(crc.get_mut().get_mut());
        let mut all = Crc::new();
        all.combine(crc.crc());
        Ok(Self { deflated, crc: all })
    }
}

fn gzip(pieces: &[&Piece]) -> Vec<u8> {
    let mut crc = Crc::new();
    let mut bytes = HEADER.to_vec();
    for piece in pieces {
        bytes.extend(&piece.deflated);
        crc.combine(&piece.crc);
    }
    bytes.extend(LAST_BLOCK);
    bytes.extend(crc.sum().to_le_bytes());
    bytes.extend(crc.amount().to_le_bytes());
    bytes
}
