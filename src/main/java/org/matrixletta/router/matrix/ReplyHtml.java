package org.matrixletta.router.matrix;

import java.util.List;
import java.util.regex.Pattern;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.strikethrough.StrikethroughExtension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.Document;
import org.commonmark.node.Emphasis;
import org.commonmark.node.HardLineBreak;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.Paragraph;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.owasp.html.HtmlPolicyBuilder;
import org.owasp.html.PolicyFactory;

/**
 * The formatted_body of a text in Markdown: CommonMark with tables and strikethrough, then only the elements and attributes that the
 * Matrix specification permits (client-server API, "m.room.message msgtypes"), of them no img: to fetch a picture tells its server
 * who reads the room. HTML in the text is under the same rule; a tag that is not permitted is shown as it is written, so that
 * {@code List<String>} keeps its end.
 */
final class ReplyHtml {

    private static final String ELEMENTS = "del h1 h2 h3 h4 h5 h6 blockquote p a ul ol sup sub li b i u strong em s code hr br div table thead tbody tr th td "
            + "caption pre span details summary";

    /** What the specification asks clients to show at least. */
    private static final int DEPTH = 100;

    /** Blocks in blocks, spans in spans: each far below {@link #DEPTH}, as one of them can become several elements. */
    private static final int NESTING = 40;

    /** Rows that are shorter than the table's head are filled up: a few bytes would become many. */
    private static final int CELLS = 4_000;

    private static final List<Extension> EXTENSIONS = List.of(TablesExtension.builder().maxCells(CELLS).build(), StrikethroughExtension.create());
    private static final Parser PARSER = Parser.builder().extensions(EXTENSIONS).maxOpenBlockParsers(NESTING).maxInlineNesting(NESTING).build();
    // In a chat a line break is meant.
    private static final HtmlRenderer RENDERER = HtmlRenderer.builder().extensions(EXTENSIONS).softbreak("<br />\n").build();
    private static final PolicyFactory PERMITTED = new HtmlPolicyBuilder()
            .allowElements(ELEMENTS.split(" "))
            .allowUrlProtocols("https", "http", "mailto")
            .allowAttributes("href").matching(Pattern.compile("(?is)(?:https?://|mailto:).+")).onElements("a")
            .allowAttributes("target").matching(false, "_blank").onElements("a")
            .allowAttributes("start").matching(Pattern.compile("-?[0-9]{1,9}")).onElements("ol")
            .allowAttributes("class").matching(Pattern.compile("language-[^\\s\"'<>&]{1,100}")).onElements("code")
            .allowAttributes("data-mx-bg-color", "data-mx-color").matching(Pattern.compile("#[0-9A-Fa-f]{6}")).onElements("span")
            .allowAttributes("data-mx-spoiler").onElements("span")
            .allowAttributes("data-mx-maths").onElements("span", "div")
            .skipRelsOnLinks("nofollow", "noopener", "noreferrer")
            .toFactory();
    private static final Pattern FORBIDDEN_TAG = Pattern.compile("(?i)<(?!/?(?:" + ELEMENTS.replace(' ', '|') + ")(?=[\\s/>]))");
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    private ReplyHtml() {
    }

    /** The HTML; null if the text holds no markup, nothing that would be seen, or elements nested too deep. */
    static String of(String markdown) {
        Node document = PARSER.parse(markdown);
        if (isPlain(document, markdown)) {
            return null;
        }
        tame(document);
        // The sanitiser parts "{{" for pages that are templates; an event is none.
        String html = PERMITTED.sanitize(RENDERER.render(document)).replace("{<!-- -->", "{").strip();
        return html.isEmpty() || depth(html) > DEPTH ? null : html;
    }

    /** A text without Markdown as HTML. */
    static String escaped(String text) {
        return PERMITTED.sanitize(text.replace("&", "&amp;").replace("<", "&lt;")).replace("{<!-- -->", "{");
    }

    /** Whether the text reads the same as Markdown and as plain text. */
    private static boolean isPlain(Node document, String markdown) {
        StringBuilder read = new StringBuilder();
        for (Node node = document; node != null; node = following(node)) {
            if (node instanceof Text text) {
                read.append(text.getLiteral());
            } else if (!(node instanceof Document || node instanceof Paragraph || node instanceof SoftLineBreak || node instanceof HardLineBreak)) {
                return false;
            }
        }
        return BLANKS.matcher(read).replaceAll("").equals(BLANKS.matcher(markdown).replaceAll(""));
    }

    private static void tame(Node document) {
        for (Node node = document; node != null; node = following(node)) {
            if (node instanceof HtmlInline html) {
                html.setLiteral(FORBIDDEN_TAG.matcher(html.getLiteral()).replaceAll("&lt;"));
            } else if (node instanceof HtmlBlock html) {
                html.setLiteral(FORBIDDEN_TAG.matcher(html.getLiteral()).replaceAll("&lt;"));
            } else if (node instanceof Image image) {
                node = worded(image);
            }
        }
    }

    /** Puts a link to the picture in its place, or, within another link, only the words that stand for it. */
    private static Node worded(Image image) {
        Node words = isLinked(image) ? new Emphasis("*") : new Link(image.getDestination(), null);
        if (image.getFirstChild() == null) {
            words.appendChild(new Text(image.getDestination()));
        }
        while (image.getFirstChild() != null) {
            words.appendChild(image.getFirstChild());
        }
        image.insertBefore(words);
        image.unlink();
        return words;
    }

    private static boolean isLinked(Node node) {
        Node around = node.getParent();
        while (around != null && !(around instanceof Link)) {
            around = around.getParent();
        }
        return around != null;
    }

    private static Node following(Node node) {
        if (node.getFirstChild() != null) {
            return node.getFirstChild();
        }
        Node next = node;
        while (next != null && next.getNext() == null) {
            next = next.getParent();
        }
        return next == null ? null : next.getNext();
    }

    /** How deep elements are nested in what the sanitiser wrote: each is closed, and {@code <} begins tags only. */
    private static int depth(String html) {
        int depth = 0;
        int deepest = 0;
        for (int tag = html.indexOf('<'); tag >= 0; tag = html.indexOf('<', tag + 1)) {
            if (html.startsWith("</", tag)) {
                depth--;
            } else if (!html.startsWith("<br ", tag) && !html.startsWith("<hr ", tag)) {
                deepest = Math.max(deepest, ++depth);
            }
        }
        return deepest;
    }
}
