//! The READMEs show the example server as it is compiled.

#[test]
fn the_example_is_the_one_of_the_readmes() {
    let example = include_str!("../../examples/callback_server.rs");
    assert!(example.lines().count() < 40);
    let (_, code) = example.split_once("\n\n").unwrap();
    let block = format!("```rs\n{code}```\n");
    for readme in [include_str!("../../../README.md"), include_str!("../../../README.zh-CN.md")] {
        assert!(readme.contains(&block), "copy examples/callback_server.rs");
    }
}
