// Markdown of models and users, drawn as React elements: no HTML is ever parsed, nothing outside is loaded.
import { lexer, type Token, type Tokens } from "marked";
import { Fragment, memo, useMemo, type ReactNode } from "react";
import { CopyIconButton } from "@/ui/copy-button";

/** Beyond this, text is shown as it is: reading it is what matters then, not its markup. */
const kMaxMarkdown = 60_000;

export const Markdown = memo(function Markdown({ text }: { text: string }) {
  const tokens = useMemo(() => (text.length > kMaxMarkdown ? null : lexer(text, { gfm: true, breaks: true })), [text]);
  if (tokens === null) return <div className="md plain">{text}</div>;
  return <div className="md">{tokens.map((token, index) => <Block key={index} token={token} />)}</div>;
});

function Block({ token }: { token: Token }): ReactNode {
  switch (token.type) {
    case "space":
      return null;
    case "heading": {
      // One level below the headings of the page.
      const Tag = `h${Math.min(6, (token as Tokens.Heading).depth + 2)}` as "h3";
      return <Tag>{inline(token.tokens)}</Tag>;
    }
    case "paragraph":
      return <p>{inline(token.tokens)}</p>;
    case "code":
      return <CodeBlock code={token as Tokens.Code} />;
    case "blockquote":
      return <blockquote>{blocks(token.tokens)}</blockquote>;
    case "list": {
      const list = token as Tokens.List;
      const items = list.items.map((item, index) => (
        <li key={index}>
          {item.task && <input type="checkbox" checked={item.checked ?? false} readOnly disabled aria-label="task" />} {blocks(item.tokens)}
        </li>
      ));
      return list.ordered ? <ol start={list.start === "" ? 1 : list.start}>{items}</ol> : <ul>{items}</ul>;
    }
    case "table":
      return <Table table={token as Tokens.Table} />;
    case "hr":
      return <hr />;
    case "text":
      return token.tokens ? <span>{inline(token.tokens)}</span> : <span>{decode(token.text as string)}</span>;
    default:
      // HTML and anything unknown stays the text it is.
      return <p className="whitespace-pre-wrap">{token.raw}</p>;
  }
}

function blocks(tokens: Token[] | undefined): ReactNode {
  return tokens?.map((token, index) => <Block key={index} token={token} />);
}

function inline(tokens: Token[] | undefined): ReactNode {
  return tokens?.map((token, index) => <Fragment key={index}>{inlineToken(token)}</Fragment>);
}

function inlineToken(token: Token): ReactNode {
  switch (token.type) {
    case "strong":
      return <strong>{inline(token.tokens)}</strong>;
    case "em":
      return <em>{inline(token.tokens)}</em>;
    case "del":
      return <del>{inline(token.tokens)}</del>;
    case "codespan":
      return <code>{decode(token.text as string)}</code>;
    case "br":
      return <br />;
    case "link":
      return <Link link={token as Tokens.Link} />;
    case "image":
      return `[image: ${(token as Tokens.Image).text || (token as Tokens.Image).href}]`;
    case "escape":
      return decode(token.text as string);
    case "text":
      return token.tokens ? inline(token.tokens) : decode(token.text as string);
    default:
      return token.raw;
  }
}

function Link({ link }: { link: Tokens.Link }) {
  const isSafe = /^(https?:|mailto:)/i.test(link.href);
  if (!isSafe) return <>{inline(link.tokens)}</>;
  return (
    <a href={link.href} target="_blank" rel="noopener noreferrer nofollow" title={link.href}>
      {inline(link.tokens)}
    </a>
  );
}

function CodeBlock({ code }: { code: Tokens.Code }) {
  return (
    <div className="relative">
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region has to be reachable by keyboard */}
      <pre tabIndex={0}>
        <code>{code.text}</code>
      </pre>
      <div className="absolute right-1 top-1">
        <CopyIconButton text={code.text} label="Copy code" />
      </div>
    </div>
  );
}

function Table({ table }: { table: Tokens.Table }) {
  return (
    <table>
      <thead>
        <tr>
          {table.header.map((cell, index) => (
            <th key={index}>{inline(cell.tokens)}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {table.rows.map((row, index) => (
          <tr key={index}>
            {row.map((cell, column) => (
              <td key={column}>{inline(cell.tokens)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The lexer escapes for HTML; React escapes itself. */
function decode(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");
}
