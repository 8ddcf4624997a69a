export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.9" strokeLinecap="round" role="img" aria-label="Clew">
      <circle cx="10.6" cy="10.4" r="7.9" />
      <path d="M3.4 8.2c4.2-1.9 9.3-1.1 13.2 2.1" />
      <path d="M3 12.2c4.4-1.9 9.4-.7 12.9 3" />
      <path d="M8 3.2c3.9 2 6.6 5.3 7.5 9.9" opacity=".55" />
      <path d="M10.6 18.3c3.6 0 5.6 2.4 11 2.4" />
    </svg>
  );
}
