import { X } from "lucide-react";
import { formatCondition, type Token } from "../query/language";

interface TokenChipProps {
  token: Token;
  onEdit: () => void;
  onRemove: () => void;
}

/** Field, operator and value in their own colours; what is wrong is red and says why. */
export function TokenChip({ token, onEdit, onRemove }: TokenChipProps) {
  const text = token.kind === "condition" ? `${token.field.name} ${formatCondition(token)}` : token.text;
  const className = token.kind === "condition" ? "tok" : token.kind === "words" ? "tok text" : "tok bad";
  return (
    <span className={className}>
      <button type="button" className="edit" onClick={onEdit} title={token.kind === "wrong" ? token.message : "Edit"}>
        {token.kind === "condition" ? (
          <>
            {token.negated && <span className="not">NOT</span>}
            <span className="f">{token.field.name}</span>
            <span className="o">:{token.operator !== ":" && token.operator !== "contains" ? token.operator : ""}</span>
            <span className={token.operator !== ":" || token.field.kind === "number" ? "v n" : "v"}>{formatCondition(token).replace(/^[<>]=?/, "")}</span>
          </>
        ) : (
          <span className="v">{token.text}</span>
        )}
      </button>
      <button type="button" className="x" aria-label={`Remove ${text}`} onClick={onRemove}>
        <X aria-hidden="true" />
      </button>
    </span>
  );
}
