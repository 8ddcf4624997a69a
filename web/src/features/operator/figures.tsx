export interface Figure {
  label: string;
  value: string;
  sub?: string;
  state?: "bad" | "warn" | undefined;
}

export function Figures({ figures }: { figures: Figure[] }) {
  return (
    <dl className="op-figs">
      {figures.map((figure) => (
        <div key={figure.label} className="op-fig" data-state={figure.state}>
          <dt>{figure.label}</dt>
          <dd>{figure.value}</dd>
          {figure.sub && (
            <dd className="sub" title={figure.sub}>
              {figure.sub}
            </dd>
          )}
        </div>
      ))}
    </dl>
  );
}

/** A share as a bar; the number stands beside it. */
export function ShareBar({ share, label, isBad = false }: { share: number; label: string; isBad?: boolean }) {
  const width = Math.max(0, Math.min(1, share)) * 100;
  return (
    <div className="op-bar" role="img" aria-label={label} data-state={isBad ? "bad" : undefined}>
      <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <rect width={width} height="6" />
      </svg>
    </div>
  );
}
