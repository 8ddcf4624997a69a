// Stands in for react-remove-scroll below Radix dialogs and menus: see vite.config.ts for the reason.
import { cloneElement, isValidElement, type ReactElement, type ReactNode, type Ref } from "react";

interface RemoveScrollProps {
  children?: ReactNode;
  ref?: Ref<HTMLElement>;
  [key: string]: unknown;
}

const kOwnProps = new Set(["as", "allowPinchZoom", "enabled", "shards", "noIsolation", "inert", "removeScrollBar", "forwardProps", "gapMode", "sideCar"]);

export function RemoveScroll({ children, forwardProps, ...rest }: RemoveScrollProps) {
  const passed = Object.fromEntries(Object.entries(rest).filter(([key]) => !kOwnProps.has(key)));
  // Radix passes its own child and wants the remaining properties on it.
  if (forwardProps && isValidElement(children)) return cloneElement(children as ReactElement<Record<string, unknown>>, passed);
  return isValidElement(children) && Object.keys(passed).length > 0
    ? cloneElement(children as ReactElement<Record<string, unknown>>, passed)
    : children;
}

export default RemoveScroll;
