import * as Radix from "@radix-ui/react-dropdown-menu";
import { Check } from "lucide-react";
import type { ReactElement, ReactNode } from "react";
import { cx } from "./class-names";

interface MenuProps {
  trigger: ReactElement;
  align?: "start" | "end";
  side?: "top" | "bottom" | "right";
  children: ReactNode;
}

export function Menu({ trigger, align = "start", side = "bottom", children }: MenuProps) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className="pop menu" align={align} side={side} sideOffset={4} collisionPadding={8}>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface MenuItemProps {
  onSelect?: () => void;
  icon?: ReactNode;
  end?: ReactNode;
  danger?: boolean;
  disabled?: boolean;
  children: ReactNode;
}

export function MenuItem({ onSelect, icon, end, danger = false, disabled = false, children }: MenuItemProps) {
  return (
    <Radix.Item className={cx("menu-item", danger && "danger")} disabled={disabled} onSelect={onSelect}>
      {icon}
      <span className="truncate">{children}</span>
      {end && <span className="end">{end}</span>}
    </Radix.Item>
  );
}

/** An item that is a link: middle click opens it in a tab. */
export function MenuLink({ children }: { children: ReactElement }) {
  return (
    <Radix.Item className="menu-item" asChild>
      {children}
    </Radix.Item>
  );
}

interface MenuChoiceProps {
  checked: boolean;
  onSelect: () => void;
  keepOpen?: boolean;
  children: ReactNode;
}

export function MenuChoice({ checked, onSelect, keepOpen = false, children }: MenuChoiceProps) {
  return (
    <Radix.CheckboxItem
      className="menu-item"
      checked={checked}
      onSelect={(event) => {
        if (keepOpen) event.preventDefault();
        onSelect();
      }}
    >
      <span className="grid w-3.5 place-items-center">{checked && <Check className="size-3.5" aria-hidden="true" />}</span>
      {children}
    </Radix.CheckboxItem>
  );
}

export const MenuLabel = ({ children }: { children: ReactNode }) => <Radix.Label className="menu-label">{children}</Radix.Label>;
export const MenuSeparator = () => <Radix.Separator className="menu-sep" />;
