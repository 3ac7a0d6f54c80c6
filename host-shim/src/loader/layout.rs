//! abi_stable's report of a layout that doesn't fit, cut down to a clause. The report has up to
//! 50 KB: for every difference it repeats the types on the way there.

/// The last difference of a report, with the type and field that it was found in.
pub(super) fn last_difference(report: &str) -> String {
    let mut reading = Reading::default();
    report.lines().for_each(|line| reading.push(line.trim()));
    reading.finish()
}

/// A report, as far as it has been read.
#[derive(Default)]
struct Reading<'a> {
    part: Part,
    /// The fields from the root module to the place that the present errors are about, each with its
    /// type.
    way: Vec<(&'a str, &'a str)>,
    error: &'a str,
    expected: Vec<&'a str>,
    found: Vec<&'a str>,
    /// The way of the last error.
    place: Vec<(&'a str, &'a str)>,
}

#[derive(Default, PartialEq, Eq)]
enum Part {
    #[default]
    Layout,
    Way,
    Error,
    Expected,
    Found,
}

impl<'a> Reading<'a> {
    fn push(&mut self, line: &'a str) {
        if line.contains(" error(s)") {
            self.part = Part::Way;
            self.way.clear();
        } else if line.starts_with("Layout of ") {
            self.part = Part::Layout;
        } else if let Some(error) = line.strip_prefix("Error:") {
            self.part = Part::Error;
            self.error = error;
            self.place.clone_from(&self.way);
            self.expected.clear();
            self.found.clear();
        } else {
            self.push_within(line);
        }
    }

    fn push_within(&mut self, line: &'a str) {
        match self.part {
            Part::Layout => {}
            Part::Way => {
                if let Some(field) = line.strip_prefix("field_name:") {
                    self.way.push((field, ""));
                } else if let Some(name) = line.strip_prefix("type:")
                    && let Some((_, last)) = self.way.last_mut()
                {
                    *last = name;
                }
            }
            Part::Error if line == "Expected:" => self.part = Part::Expected,
            Part::Expected if line == "Found:" => self.part = Part::Found,
            Part::Found if line.is_empty() => self.part = Part::Layout,
            Part::Error => {}
            Part::Expected => self.expected.push(line),
            Part::Found => self.found.push(line),
        }
    }

    fn finish(self) -> String {
        if self.error.is_empty() {
            return "abi_stable does not say where".to_owned();
        }
        let place = match self.place.as_slice() {
            [.., (_, owner), (field, name)] => format!("{name} (field {field} of {owner}): "),
            [(_, name)] => format!("{name}: "),
            [] => String::new(),
        };
        let (expected, found) = (self.expected.join(" "), self.found.join(" "));
        format!(
            "{place}{}, expected {}, found {}",
            self.error,
            expected.trim(),
            found.trim()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "
Compared <this>:
    --- Type Layout ---
    type:PrefixRef<'a, ProviderModule>
0 error(s).

1 error(s)inside:
    <other>

    field_name:0
    type:ProviderModule
    size:24 align:8

Layout of expected type:
    --- Type Layout ---
    type:ProviderModule
        fields:
            field_name:info
            type:AFunctionPointer

Error:too many fields
Expected:
    3
Found:
    1
2 error(s)inside:
    <other>

    field_name:0
    type:ProviderModule

    field_name:__returns
    type:BatchPoll
    size:40 align:8

    field_name:field_0
    type:Packed

Layout of found type:
    type:Packed

Error:too many variants
Expected:
    5
Found:
    2

Error:mismatched type
Expected:
    RVec
Found:
    Packed

";

    #[test]
    fn the_last_difference_is_told_with_its_place() {
        insta::assert_snapshot!(last_difference(REPORT), @"Packed (field field_0 of BatchPoll): mismatched type, expected RVec, found Packed");
    }

    #[test]
    fn a_difference_of_the_module_itself_has_no_owner() {
        let end = REPORT.find("2 error(s)").expect("it is there");
        insta::assert_snapshot!(last_difference(&REPORT[..end]), @"ProviderModule: too many fields, expected 3, found 1");
    }

    #[test]
    fn a_report_of_another_form_is_no_difference() {
        insta::assert_snapshot!(last_difference("something else"), @"abi_stable does not say where");
    }
}
