"""A page's text is what its reader sees."""

import json
from pathlib import Path

from cophub.connectors.sharepoint.canvas import comment_text, layout_text, markup_text, page_text


def test_marked_up_canvas_gives_the_words_between_the_tags():
    canvas = (
        '<div><div data-sp-canvascontrol="" data-sp-controldata="&#123;&#125;">'
        '<div data-sp-rte=""><p>Seven reefs.</p><ul><li>one</li></ul></div></div></div>'
    )
    assert (page_text(canvas) or "").split() == ["Seven", "reefs.", "*", "one"]


def test_the_id_of_a_web_part_is_not_a_word():
    part = '<div data-sp-webpart=""><div data-sp-componentid="">e89b5ad5-0000</div></div>'
    assert page_text(part) is None
    assert page_text(f"<p>Before</p>{part}<p>After</p>") == "Before\n\nAfter"


def test_canvas_as_json_gives_its_texts_and_what_web_parts_tell_the_search():
    canvas = [
        {"controlType": 4, "innerHTML": "<p>First&nbsp;words</p>"},
        {
            "controlType": 3,
            "webPartData": {
                "serverProcessedContent": {"searchablePlainTexts": {"title": "Our people"}}
            },
        },
        {"controlType": 0, "pageSettingsSlice": {}},
    ]
    assert page_text(json.dumps(canvas)) == "First words\n\nOur people"


def test_a_layout_of_graph_gives_its_texts_in_order():
    layout = {
        "horizontalSections": [
            {"columns": [{"webparts": [{"innerHtml": "<p>One</p>"}]}, {"webparts": []}]}
        ],
        "verticalSection": {
            "webparts": [
                {
                    "data": {
                        "serverProcessedContent": {
                            "searchablePlainTexts": [{"key": "title", "value": "Two"}]
                        }
                    }
                }
            ]
        },
    }
    assert layout_text(layout) == "One\n\nTwo"
    assert layout_text(None) is None


def test_scripts_and_styles_are_not_read():
    assert markup_text("<style>p{}</style><script>alert(1)</script><p>Text</p>") == "Text"


def test_nothing_is_none():
    assert page_text(None) is page_text(" ") is markup_text("") is comment_text(None, []) is None


def test_broken_json_is_taken_as_it_is():
    assert page_text("[not json") == "[not json"


def test_a_comment_names_whom_it_mentions():
    assert comment_text("Thanks @mention{0}, @mention{4}", ["Ada"]) == "Thanks @Ada, @mention{4}"


def test_a_comment_has_the_letters_that_were_typed():
    assert comment_text("a &lt;b&gt; &amp; c", []) == "a <b> & c"
    assert comment_text("<p>marked <b>up</b></p>", []) == "marked up"


def test_the_vendors_own_pages_hold_no_ids(vendor_files: Path):
    folder = vendor_files / "microsoft" / "sharepoint"
    page = json.loads((folder / "page_get.json").read_text())
    listed = json.loads((folder / "pages_list.json").read_text())
    canvases = [page["canvasContentJson"], page["ListItemAllFields"]["CanvasContent1"]]
    canvases += [one["ListItemAllFields"]["CanvasContent1"] for one in listed]
    assert [page_text(canvas) for canvas in canvases if canvas] == [None] * len(canvases)
