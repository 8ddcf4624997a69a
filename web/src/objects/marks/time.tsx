import { formatDetailTime, formatListTime, formatTimeHint } from "@/lib/format";

export function ListTime({ iso }: { iso: string }) {
  const { text, fraction } = formatListTime(iso);
  return (
    <time dateTime={iso} title={formatTimeHint(iso)}>
      {text}
      {fraction && <span className="ms">{fraction}</span>}
    </time>
  );
}

export function DetailTime({ iso }: { iso: string }) {
  return (
    <time dateTime={iso} title={formatTimeHint(iso)}>
      {formatDetailTime(iso)}
    </time>
  );
}
