import { Brain, Braces, ChevronDown, ChevronRight, CircleCheck, Image, Wrench } from "lucide-react";
import { useState } from "react";
import { plural } from "@/lib/format";
import { parseStored } from "@/lib/json";
import { cx } from "@/ui/class-names";
import { IconButton } from "@/ui/button";
import { CopyIconButton } from "@/ui/copy-button";
import { JsonViewer } from "../json/json-viewer";
import { asMedia } from "../media/reference";
import { MediaStrip, StoredMedia, TextWithMedia } from "../media/stored-media";
import { messageText, type ContentPart, type ToolDefinition } from "../messages/types";
import { argumentsLine, previewLine, roleClass, roleName, type CallCard, type Turn } from "./conversation";
import { Fold } from "./fold";
import { Markdown } from "./markdown";

export function TurnView({ turn, note }: { turn: Turn; note?: string | undefined }) {
  const { message, calls } = turn;
  const [showsExtra, setShowsExtra] = useState(false);
  const text = messageText(message);
  const hasExtra = Object.keys(message.extra).length > 0;
  if (message.role === "system" || message.role === "developer") {
    return (
      <Fold title={roleName(message.role)} preview={previewLine(message)} meta={plural(text.length, "character")}>
        <Parts parts={message.content} />
      </Fold>
    );
  }
  if (message.role === undefined && hasExtra && text === "" && calls.length === 0) {
    return <JsonViewer label="Data" sections={[{ name: "", value: message.extra }]} maxHeight={480} />;
  }
  const meta = [message.name, note].filter((item) => item !== undefined && item !== "").join(" · ");
  return (
    <div className={cx("msg", roleClass(message.role))}>
      <div className="role">
        {roleName(message.role)}
        {meta !== "" && <span className="m">{meta}</span>}
        <span className="x">
          {hasExtra && (
            <IconButton label="Other fields" aria-pressed={showsExtra} onClick={() => setShowsExtra(!showsExtra)}>
              <Braces aria-hidden="true" />
            </IconButton>
          )}
          {text !== "" && <CopyIconButton text={text} label="Copy text" />}
        </span>
      </div>
      {message.reasoning !== undefined && (
        <div className="mb-1.5">
          <Fold title="Reasoning" icon={<Brain aria-hidden="true" />} preview={message.reasoning.replace(/\s+/g, " ").slice(0, 200)} meta={plural(message.reasoning.length, "character")}>
            <Markdown text={message.reasoning} />
          </Fold>
        </div>
      )}
      <Parts parts={message.content} />
      {calls.map((card) => (
        <ToolCallCard key={card.number} card={card} />
      ))}
      {showsExtra && (
        <div className="mt-1.5">
          <JsonViewer label="Other fields" sections={[{ name: "", value: message.extra }]} maxHeight={260} />
        </div>
      )}
    </div>
  );
}

function Parts({ parts }: { parts: ContentPart[] }) {
  return parts.map((part, index) => (
    <div key={index} className={index > 0 ? "mt-1.5" : undefined}>
      <Part part={part} />
    </div>
  ));
}

function Part({ part }: { part: ContentPart }) {
  switch (part.kind) {
    case "text": {
      const value = parseStored(part.text);
      const isDocument = typeof value === "object" && value !== null;
      if (!isDocument) return <TextWithMedia text={part.text} />;
      return (
        <>
          <JsonViewer label="Content" sections={[{ name: "", value }]} />
          <MediaStrip value={value} label="Files of the content" />
        </>
      );
    }
    case "media": {
      const file = asMedia(part.reference);
      if (file) return <StoredMedia file={file} />;
      return (
        <span className="media">
          <Image aria-hidden="true" />
          <span>{part.media}</span>
          <code className="truncate">{part.reference}</code>
        </span>
      );
    }
    case "json":
      return (
        <>
          <JsonViewer label="Content" sections={[{ name: "", value: part.value }]} />
          <MediaStrip value={part.value} label="Files of the content" />
        </>
      );
  }
}

/** Number, function, arguments in one line; opened: arguments and result side by side. */
export function ToolCallCard({ card }: { card: CallCard }) {
  const { call, number, result } = card;
  const [isOpen, setIsOpen] = useState(false);
  return (
    <div className="tc">
      <button type="button" className="tc-h" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
        <span className="callno">{number}</span>
        <span className="fn">{call.name}</span>
        {!isOpen && <span className="args mono">{argumentsLine(call.arguments)}</span>}
        <span className="m">
          {result && (
            <>
              answered
              <CircleCheck className="text-better" aria-hidden="true" />
            </>
          )}
          {isOpen ? <ChevronDown aria-hidden="true" /> : <ChevronRight aria-hidden="true" />}
        </span>
      </button>
      {isOpen && (
        <div className={cx("tc-b", !result && "one")}>
          <div>
            <div className="cap">Arguments</div>
            <JsonViewer label={`Arguments of ${call.name}`} sections={[{ name: "", value: parseStored(call.arguments) }]} maxHeight={240} />
          </div>
          {result && (
            <div>
              <div className="cap">Result</div>
              <Parts parts={result.content} />
            </div>
          )}
        </div>
      )}
    </div>
  );
}

export function ToolsFold({ tools, called }: { tools: ToolDefinition[]; called: Set<string> }) {
  const used = tools.filter((tool) => called.has(tool.name)).length;
  const names = tools.map((tool) => tool.name);
  const preview = names.length > 5 ? `${names.slice(0, 4).join(", ")}, ${names.length - 4} more` : names.join(", ");
  return (
    <Fold title="Tools" icon={<Wrench aria-hidden="true" />} preview={preview} meta={`${used} of ${tools.length} called`}>
      <div className="flex flex-col gap-2.5">
        {tools.map((tool) => (
          <div key={tool.name}>
            <div className="flex items-center gap-2">
              <code className="font-medium">{tool.name}</code>
              {called.has(tool.name) && <span className="badge acc">called</span>}
            </div>
            {tool.description && <p className="text-small text-ink-2">{tool.description}</p>}
            {tool.parameters !== undefined && (
              <div className="mt-1">
                <JsonViewer label={`Parameters of ${tool.name}`} sections={[{ name: "", value: tool.parameters }]} maxHeight={200} />
              </div>
            )}
          </div>
        ))}
      </div>
    </Fold>
  );
}
