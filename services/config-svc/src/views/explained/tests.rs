use vortex_spring::{File, Format};

use super::*;

/// Explains YAML files, highest first: each value with the paths that it hides.
fn explained(files: &[&str], wanted: &str) -> Result<Vec<String>, TooHeavy> {
    let files: Vec<(PropertySource, File)> = files
        .iter()
        .enumerate()
        .map(|(entry, yaml)| {
            let file = vortex_spring::parse(Format::Yaml, yaml.as_bytes()).unwrap();
            (PropertySource::at(entry, &format!("{entry}.yml")), file)
        })
        .collect();
    let documents = files
        .iter()
        .flat_map(|(source, file)| file.documents.iter().map(move |it| (source, it)));
    let values = explain(documents, wanted)?;
    Ok(values.iter().map(told).collect())
}

fn told(value: &ExplainedValue<'_>) -> String {
    let places = std::iter::once(&value.in_force).chain(&value.hidden);
    let told: Vec<String> = places
        .map(|it| {
            format!(
                "{}={}@{}",
                it.property.key, it.property.value, it.source.path
            )
        })
        .collect();
    told.join(" > ")
}

#[test]
fn the_highest_value_hides_the_others_in_order() {
    let told = explained(&["a: 1", "b: 2\na: 3", "a: 4\nc: 5"], "").unwrap();
    assert_eq!(
        told,
        [
            "a=1@0.yml > a=3@1.yml > a=4@2.yml",
            "b=2@1.yml",
            "c=5@2.yml"
        ]
    );
}

#[test]
fn a_list_hides_all_items_of_the_lists_below_it() {
    let told = explained(&["l: [1]", "l: [2, 3]", "l: [4, 5, 6]"], "").unwrap();
    let first = "l[0]=1@0.yml > l[0]=2@1.yml > l[1]=3@1.yml \
                 > l[0]=4@2.yml > l[1]=5@2.yml > l[2]=6@2.yml";
    assert_eq!(told, [first]);
}

#[test]
fn items_of_one_list_hide_nothing_of_each_other() {
    let told = explained(&["l: [1, 2]\nm: [3]"], "").unwrap();
    assert_eq!(told, ["l[0]=1@0.yml", "l[1]=2@0.yml", "m[0]=3@0.yml"]);
}

#[test]
fn an_item_that_both_lists_have_is_hidden_by_its_own_item() {
    let told = explained(&["l: [1, 2]", "l: [3, 4, 5]"], "").unwrap();
    assert_eq!(
        told,
        [
            "l[0]=1@0.yml > l[0]=3@1.yml > l[2]=5@1.yml",
            "l[1]=2@0.yml > l[1]=4@1.yml"
        ]
    );
}

#[test]
fn a_key_in_brackets_that_is_not_an_index_is_not_of_a_list() {
    let told = explained(&["'m[x]': 1", "'m[y]': 2"], "").unwrap();
    assert_eq!(told.len(), 2, "{told:?}");
}

#[test]
fn only_what_is_at_a_key_or_below_it_is_explained() {
    let told = explained(&["a: {b: 1, bc: 2, l: [3]}\nab: 4"], "a.b").unwrap();
    assert_eq!(told, ["a.b=1@0.yml"]);
    let told = explained(&["a: {b: 1, l: [3]}\nab: 4"], "a").unwrap();
    assert_eq!(told, ["a.b=1@0.yml", "a.l[0]=3@0.yml"]);
}

#[test]
fn values_that_are_hidden_count_against_the_size_of_an_answer() {
    let source = PropertySource::at(0, "0.yml");
    let mut file = vortex_spring::parse(Format::Yaml, b"a: 1").unwrap();
    let half = "x".repeat(MAX_ANSWER_BYTES / 2);
    file.documents[0].properties[0].value = half.into();
    let half = (&source, &file.documents[0]);
    assert_eq!(explain([half].into_iter(), "").unwrap().len(), 1);
    let refused = explain([half; 2].into_iter(), "").unwrap_err();
    assert_eq!(refused.limit, MAX_ANSWER_BYTES);
    assert!(explain([half; 2].into_iter(), "b").unwrap().is_empty());
}
