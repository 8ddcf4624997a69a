/** A relative magnitude within one view, 0 to 1, from sand to rust. */
export function HeatBar({ share }: { share: number }) {
  const clamped = Math.min(1, Math.max(0, share));
  const step = Math.min(6, Math.max(1, Math.ceil(clamped * 6)));
  return (
    <i className="mb" aria-hidden="true">
      <b style={{ width: `${Math.max(4, clamped * 100)}%`, "--hc": `var(--heat-${step})` } as React.CSSProperties} />
    </i>
  );
}
