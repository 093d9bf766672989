use crate::program::tests::Written;

fn found(text: &str, names: &[&str]) -> Vec<(usize, usize)> {
    let written = Written::new(&[("a.py", text), ("tests/test_a.py", text)]);
    let workspace = written.open();
    let found = written.program(&workspace).mock_assertions(names);
    let lines = found.into_iter().flat_map(|(index, lines)| {
        lines.into_iter().map(move |line| {
            assert_eq!(line.path.display().to_string(), "tests/test_a.py");
            (index, line.line)
        })
    });
    lines.collect()
}

#[test]
fn a_mock_of_the_name_counts_and_one_of_another_does_not() {
    let text = "loader.load.assert_called_once_with(1)\n\
        mock_load.assert_any_call(1)\n\
        mock_load_all.assert_called_with(1)\n\
        load.save.call_args\n\
        load_mock.call_args_list[0]\n\
        load.assert_called_once()\n\
        (\n    mock_load\n    .assert_has_calls([])\n)\n\
        MockLoader.assert_called_with(1)\n";
    let expected = [(0, 1), (0, 2), (0, 5), (0, 9), (1, 11)];
    assert_eq!(found(text, &["load", "Loader", "unload"]), expected);
    assert_eq!(found("mock_load.call_args\n", &["_load"]), [(0, 1)]);
    assert_eq!(found("x.load.call_args\n", &["_load"]), []);
    assert_eq!(found(text, &[]), []);
}

#[test]
fn expected_calls_by_name_count() {
    let text =
        "def test(m):\n    load()\n    m.assert_has_calls([\n        call.load(1),\n    ])\n";
    assert_eq!(found(text, &["load"]), [(0, 4)]);
}

#[test]
fn decorators_fill_parameters_from_the_last_one_upwards() {
    let text = "@patch.object(X, 'save')\n\
        @mock.patch('p.load')\n\
        @patch('p.other', new=1)\n\
        def test(self, first, second):\n\
        \x20   first.assert_called_with(1)\n\
        \x20   second.assert_called_with(1)\n\
        def test_b(first):\n\
        \x20   first.assert_called_with(1)\n";
    assert_eq!(found(text, &["load", "save", "other"]), [(0, 5), (1, 6)]);
}

#[test]
fn decorators_of_a_class_fill_what_those_of_its_tests_leave() {
    let text = "@patch('p.load')\n\
        class TestA:\n\
        \x20   @patch('p.x')\n\
        \x20   def test(self, a, b):\n\
        \x20       a.assert_called_with(1)\n\
        \x20       b.assert_called_with(1)\n";
    assert_eq!(found(text, &["load"]), [(0, 6)]);
}

#[test]
fn what_is_bound_where_a_function_is_patched_counts_in_its_scope() {
    let text = "def test():\n\
        \x20   with patch('p.load') as m, patch('p.x') as n:\n\
        \x20       m.assert_called_with(1)\n\
        \x20       n.assert_called_with(1)\n\
        def test_b(mocker, monkeypatch):\n\
        \x20   n = mocker.patch('p.load', return_value=1)\n\
        \x20   n.assert_called_with(1)\n\
        \x20   m.assert_called_with(1)\n\
        \x20   monkeypatch.setattr(p, 'load', m2)\n\
        \x20   m2.assert_called_with(1)\n";
    assert_eq!(found(text, &["load"]), [(0, 3), (0, 7), (0, 10)]);
}

#[test]
fn a_patcher_that_is_started_binds_its_mock_in_the_class() {
    let text = "class TestA:\n\
        \x20   def setUp(self):\n\
        \x20       patcher = patch('p.load')\n\
        \x20       self.m = patcher.start()\n\
        \x20   def test(self):\n\
        \x20       self.m.assert_called_with(1)\n\
        class TestB:\n\
        \x20   def test(self):\n\
        \x20       self.m.assert_called_with(1)\n";
    assert_eq!(found(text, &["load"]), [(0, 6)]);
}
