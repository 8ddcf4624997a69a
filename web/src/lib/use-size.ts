import { useEffect, useRef, useState, type RefObject } from "react";

/** Width and height of an element, kept up to date; also of one that appears later. */
export function useSize(ref: RefObject<HTMLElement | null>): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  const observed = useRef<HTMLElement | null>(null);
  const observer = useRef<ResizeObserver | null>(null);
  // The element may come with a later render, so every render looks whether it is still the same.
  useEffect(() => {
    const element = ref.current;
    if (element === observed.current) return;
    observer.current?.disconnect();
    observed.current = element;
    if (!element) return;
    const read = () =>
      setSize((last) => {
        const next = { width: element.clientWidth, height: element.clientHeight };
        return last.width === next.width && last.height === next.height ? last : next;
      });
    read();
    observer.current = new ResizeObserver(read);
    observer.current.observe(element);
  });
  useEffect(
    () => () => {
      observer.current?.disconnect();
      observed.current = null;
    },
    [],
  );
  return size;
}
