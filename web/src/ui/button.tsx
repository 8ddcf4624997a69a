import { LoaderCircle } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import { cx } from "./class-names";
import { Kbd } from "./kbd";
import { Tooltip } from "./tooltip";

interface ButtonProps extends ComponentProps<"button"> {
  variant?: "default" | "primary" | "ghost" | "danger" | "danger-solid";
  size?: "s" | "m" | "l";
  icon?: ReactNode;
  shortcut?: string;
  /** The spinner replaces the icon; presses are ignored. */
  busy?: boolean;
}

export function Button({ variant = "default", size = "m", icon, shortcut, busy = false, className, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-busy={busy || undefined}
      className={cx("btn", variant !== "default" && variant, size !== "m" && size, className)}
    >
      {busy ? <LoaderCircle className="spin" aria-hidden="true" /> : icon}
      {children}
      {shortcut && <Kbd>{shortcut}</Kbd>}
    </button>
  );
}

interface IconButtonProps extends Omit<ComponentProps<"button">, "children"> {
  /** What it does: its accessible name and its tooltip. */
  label: string;
  shortcut?: string;
  size?: "s" | "m";
  children: ReactNode;
}

export function IconButton({ label, shortcut, size = "s", className, children, ...rest }: IconButtonProps) {
  return (
    <Tooltip content={label} shortcut={shortcut}>
      <button type="button" aria-label={label} {...rest} className={cx("icb", size === "s" && "s", className)}>
        {children}
      </button>
    </Tooltip>
  );
}
