import { CircleAlert } from "lucide-react";
import { useId, type ComponentProps, type ReactNode } from "react";
import { cx } from "./class-names";

interface TextFieldProps extends Omit<ComponentProps<"input">, "size"> {
  label: string;
  error?: string | null | undefined;
  hint?: ReactNode;
  large?: boolean;
}

export function TextField({ label, error, hint, large = false, id, ...rest }: TextFieldProps) {
  const ownId = useId();
  const inputId = id ?? ownId;
  const noteId = `${inputId}-note`;
  return (
    <div className="field">
      <label htmlFor={inputId}>{label}</label>
      <div className={cx("input", large && "l")} data-invalid={error ? true : undefined}>
        <input id={inputId} aria-invalid={error ? true : undefined} aria-describedby={error || hint ? noteId : undefined} {...rest} />
      </div>
      {error ? <FieldError id={noteId}>{error}</FieldError> : hint ? <span id={noteId} className="text-small text-ink-3">{hint}</span> : null}
    </div>
  );
}

export function FieldError({ id, children }: { id?: string; children: ReactNode }) {
  return (
    <div className="field-error" id={id} role="alert">
      <CircleAlert className="size-3.5" aria-hidden="true" />
      {children}
    </div>
  );
}

interface SearchInputProps extends Omit<ComponentProps<"input">, "size"> {
  label: string;
  icon: ReactNode;
  end?: ReactNode;
  boxClassName?: string;
}

export function SearchInput({ label, icon, end, boxClassName, ...rest }: SearchInputProps) {
  return (
    <div className={cx("input", boxClassName)}>
      {icon}
      <input type="text" aria-label={label} spellCheck={false} autoComplete="off" {...rest} />
      {end}
    </div>
  );
}
