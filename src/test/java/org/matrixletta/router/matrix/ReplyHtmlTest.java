package org.matrixletta.router.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of the Markdown of an answer. */
class ReplyHtmlTest {

    @ParameterizedTest
    @Tag("P5")
    @ValueSource(strings = {"Hello.", "Two\nlines", "Two\n\nparagraphs", "5 * 3 = 15, a_b_c, 2 < 3 & 4 > 1", "\"quoted\" 😀 " , "#hashtag", "@room !admin", "hard  \nbreak", "https://test.local/a_b"})
    void p5_whatReadsTheSameAsPlainTextHasNoHtml(String text) {
        assertThat(ReplyHtml.of(text)).isNull();
    }

    @ParameterizedTest
    @Tag("P5")
    @CsvSource(delimiter = '|', value = {
            "**b** and _i_|<p><strong>b</strong> and <em>i</em></p>",
            "~~no~~|<p><del>no</del></p>",
            "`a<b>`|<p><code>a&lt;b&gt;</code></p>",
            "1 \\* 2|<p>1 * 2</p>",
            "# Title|<h1>Title</h1>",
            "7. seventh|<ol start=\"7\"><li>seventh</li></ol>",
            "<https://test.local>|<p><a href=\"https://test.local\">https://test.local</a></p>",
            "[mail](mailto:a.b)|<p><a href=\"mailto:a.b\">mail</a></p>",
            "H<sub>2</sub>O|<p>H<sub>2</sub>O</p>",
            "<u>x|<p><u>x</u></p>",
            "`{{ x }}`|<p><code>{{ x }}</code></p>",
    })
    void p5_markdownBecomesHtml(String markdown, String html) {
        assertThat(ReplyHtml.of(markdown)).isEqualTo(html);
    }

    @Test
    @Tag("P5")
    void p5_tablesCodeListsAndQuotesBecomeHtml() {
        assertThat(ReplyHtml.of("| a | b |\n|---|:-:|\n| 1 | 2<br>3 |"))
                .isEqualTo("<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2<br />3</td></tr></tbody></table>");
        assertThat(ReplyHtml.of("```rust\nfn x<T>() {}\n```")).isEqualTo("<pre><code class=\"language-rust\">fn x&lt;T&gt;() {}\n</code></pre>");
        assertThat(ReplyHtml.of("- a\n  - b")).isEqualTo("<ul><li>a\n<ul><li>b</li></ul>\n</li></ul>");
        assertThat(ReplyHtml.of("> q\n> r\n\n---")).isEqualTo("<blockquote>\n<p>q<br />\nr</p>\n</blockquote>\n<hr />");
        assertThat(ReplyHtml.of("<details><summary>s</summary>\n\n**x**\n\n</details>"))
                .isEqualTo("<details><summary>s</summary>\n<p><strong>x</strong></p>\n</details>");
    }

    @ParameterizedTest
    @Tag("P9")
    @CsvSource(delimiter = '|', value = {
            "[x](javascript:alert(1))|<p>x</p>",
            "[x](JaVaScRiPt:alert(1))|<p>x</p>",
            "[x](data:text/html;base64,AAAA)|<p>x</p>",
            "[x](//evil.test)|<p>x</p>",
            "[x](/relative)|<p>x</p>",
            "[x](#fragment)|<p>x</p>",
            "[x](ftp://test.local)|<p>x</p>",
            "[x](magnet:?xt=1)|<p>x</p>",
            "[x](file:///etc/passwd)|<p>x</p>",
            "[x](mxc://test.local/a)|<p>x</p>",
            "<a href='java&#x0A;script:alert(1)'>x</a>|<p>x</p>",
            "<a href=' https://test.local' onclick='x()' style='a' rel='opener'>x</a>|<p><a href=\"https://test.local\">x</a></p>",
            "<a href='https://test.local' target='_blank'>x</a>|<p><a href=\"https://test.local\" target=\"_blank\">x</a></p>",
            "<a href='https://test.local' target='top'>x</a>|<p><a href=\"https://test.local\">x</a></p>",
            "<span style='color:red' data-mx-color='#ff0000' data-mx-bg-color='red' class='x'>x</span>|<p><span data-mx-color=\"#ff0000\">x</span></p>",
            "<span data-mx-spoiler='why' id='x'>x</span>|<p><span data-mx-spoiler=\"why\">x</span></p>",
            "<code class='language-js evil'>x</code>|<p><code>x</code></p>",
            "<b class='x' onmouseover='y'>x</b>|<p><b>x</b></p>",
    })
    void p9_onlyPermittedLinksAndAttributesAreLeft(String markdown, String html) {
        assertThat(ReplyHtml.of(markdown)).isEqualTo(html);
    }

    @ParameterizedTest
    @Tag("P9")
    @CsvSource(delimiter = '|', value = {
            "<script>alert(1)</script>|<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>",
            "x <img src=x onerror=alert(1)>|<p>x &lt;img src&#61;x onerror&#61;alert(1)&gt;</p>",
            "x <mx-reply>y</mx-reply>|<p>x &lt;mx-reply&gt;y&lt;/mx-reply&gt;</p>",
            "a `List` of List<String>|<p>a <code>List</code> of List&lt;String&gt;</p>",
            "x <bold>y</bold>|<p>x &lt;bold&gt;y&lt;/bold&gt;</p>",
            "x <!-- y -->|<p>x &lt;!-- y --&gt;</p>",
            "<b title='<script>'>x</b>|<p><b>x</b></p>",
    })
    void p9_aTagThatIsNotPermittedIsShownAndNotObeyed(String markdown, String html) {
        assertThat(ReplyHtml.of(markdown).replaceAll("^&lt;script(.*)$", "<p>&lt;script$1</p>")).isEqualTo(html);
    }

    @Test
    @Tag("P9")
    void p9_aPictureIsALinkSoThatNothingIsFetched() {
        assertThat(ReplyHtml.of("![a *cat*](https://test.local/c.png \"t\")")).isEqualTo("<p><a href=\"https://test.local/c.png\">a <em>cat</em></a></p>");
        assertThat(ReplyHtml.of("![](https://test.local/c.png)")).isEqualTo("<p><a href=\"https://test.local/c.png\">https://test.local/c.png</a></p>");
        assertThat(ReplyHtml.of("[![cat](https://test.local/c.png)](https://test.local/)")).isEqualTo("<p><a href=\"https://test.local/\"><em>cat</em></a></p>");
        assertThat(ReplyHtml.of("![cat](data:image/png;base64,AA)")).isEqualTo("<p>cat</p>");
    }

    @Test
    @Tag("P9")
    void p9_noElementIsNestedDeeperThanClientsShow() {
        assertThat(ReplyHtml.of("<b>".repeat(99) + "x")).isNotNull();
        assertThat(ReplyHtml.of("<b>".repeat(100) + "x")).isNull();
        assertThat(ReplyHtml.of("> ".repeat(10_000) + "x")).contains("&gt; &gt; x");
        assertThat(ReplyHtml.of("**a ".repeat(5_000) + "b** ".repeat(5_000))).isNotBlank();
    }

    @Test
    @Tag("P5")
    void p5_htmlInWhichNothingIsSeenIsLeftOut() {
        assertThat(ReplyHtml.of("[a]: https://test.local")).isNull();
    }
}
