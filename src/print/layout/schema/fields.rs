//! What can stand in the columns of each form's table. The names are those of the layout files.

use super::super::kinds::Fields;
use serde::Deserialize;

fields! {
    /// The inner list (form 2).
    ListField: Number "number" Title "title" Teacher "teacher" Leaves "leaves";
    /// The lessons of a spread (form 3).
    LessonField: Date "date" Number "number" Topic "topic" Homework "homework";
    /// The list of pupils (form 6).
    PupilField: Number "number" Name "name" Born "born" File "file" Moves "moves";
    /// How parents can be reached (form 6).
    ContactField: Pupil "pupil" Who "who" Name "name" Telephone "telephone" Email "email" Address "address";
    /// Remarks on how the journal is kept (form 7).
    RemarkField: Date "date" Text "text" Answer "answer";
    /// The register «Замена сведений в электронном журнале» (form 10).
    CorrectionField: Number "number" Requested "requested" Class "class" Name "name" Date "date" Subject "subject"
        Changes "changes" Reason "reason" Decision "decision";
    /// What was annulled, below the register «Замена сведений» (form 10).
    AnnulledField: Number "number" Date "date" Kind "kind" About "about" What "what" Reason "reason" Name "name";
    /// The register of issued documents (form 11).
    DocumentField: Number "number" Date "date" Title "title" Leaves "leaves" Code "code" Index "index" Term "term"
        Name "name";
    /// The register of carriers (form 14).
    CarrierField: Number "number" Carrier "carrier" Issued "issued" IssuedSignature "issued_signature"
        Returned "returned" ReturnedSignature "returned_signature" Lost "lost" Restored "restored";
    /// The register of signing keys (form 16).
    KeyField: Number "number" Name "name" Position "position" Fingerprint "fingerprint" Since "since" Until "until"
        Signature "signature";
    /// The school's indicators of a period against those of the period before.
    TotalField: Indicator "indicator" Before "before" Now "now" Change "change";
    /// What final marks come to, by class or by subject.
    OutcomeField: Name "name" Pupils "pupils" Fives "fives" Fours "fours" Threes "threes" Twos "twos"
        NotAttested "not_attested" Success "success" SuccessChange "success_change" Quality "quality"
        QualityChange "quality_change" Degree "degree" Average "average";
    /// What was missed in a month.
    AttendedField: Name "name" Pupils "pupils" Held "held" Missed "missed" Ill "ill" Excused "excused"
        Unexcused "unexcused" Unexplained "unexplained" Share "share" Each "each";
}
