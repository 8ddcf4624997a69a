import { Check } from "lucide-react";
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from "react";

interface ToastMessage {
  id: number;
  text: string;
  action?: { label: string; run: () => void };
}

const ToastContext = createContext<(text: string, action?: ToastMessage["action"]) => void>(() => undefined);

/** Says that something was done; one at a time, gone after six seconds, never for errors that need reading. */
export const useToast = () => useContext(ToastContext);

export function ToastProvider({ children }: { children: ReactNode }) {
  const [message, setMessage] = useState<ToastMessage | null>(null);
  const show = useCallback((text: string, action?: ToastMessage["action"]) => {
    setMessage({ id: Date.now(), text, ...(action ? { action } : {}) });
  }, []);
  useEffect(() => {
    if (!message) return;
    const timer = setTimeout(() => setMessage(null), 6000);
    return () => clearTimeout(timer);
  }, [message]);
  const value = useMemo(() => show, [show]);
  return (
    <ToastContext value={value}>
      {children}
      <div aria-live="polite">
        {message && (
          <div className="toast" key={message.id}>
            <Check aria-hidden="true" />
            <span>{message.text}</span>
            {message.action && (
              <button
                type="button"
                onClick={() => {
                  message.action?.run();
                  setMessage(null);
                }}
              >
                {message.action.label}
              </button>
            )}
          </div>
        )}
      </div>
    </ToastContext>
  );
}
