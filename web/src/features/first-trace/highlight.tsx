import { Fragment } from "react";

const kPattern =
  /(^\s*(?:#|\/\/).*$)|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|\b(from|import|const|new|await|export|curl|pip|npm)\b|\b([a-zA-Z_]\w*)(?=\()/gm;
const kClasses = ["c", "s", "k", "f"];

/** Colours for short snippets: comments, strings, keywords, calls. */
export function Highlighted({ code }: { code: string }) {
  const pieces = [];
  let at = 0;
  for (const match of code.matchAll(kPattern)) {
    const group = match.slice(1).findIndex((text) => text !== undefined);
    pieces.push(
      <Fragment key={match.index}>
        {code.slice(at, match.index)}
        <span className={kClasses[group]}>{match[0]}</span>
      </Fragment>,
    );
    at = match.index + match[0].length;
  }
  return (
    <>
      {pieces}
      {code.slice(at)}
    </>
  );
}
