import { useQuery } from "@tanstack/react-query";
import { Download, File, FileText, ImageOff, Music, RotateCw, Video } from "lucide-react";
import { createContext, useContext, useState, type ReactNode } from "react";
import type { MediaFile } from "@/lib/api-types";
import { formatBytes } from "@/lib/format";
import { ApiError, getJson } from "@/lib/http";
import type { Json } from "@/lib/json";
import { Button } from "@/ui/button";
import { Markdown } from "../chat/markdown";
import { LargeText } from "../large-text/large-text";
import { findMedia, mediaKind, splitMedia, type MediaKind, type MediaReference } from "./reference";

/** The project whose files are shown; without one, references stay text. */
export const MediaProject = createContext<string | null>(null);

/** Links work for an hour; a page that stays open asks for new ones before that. */
const kLinkFreshMs = 30 * 60_000;
/** The source of a text that was too large for its row (contract/ingestion.md 11). */
const kMovedOut = "field_size_limit";
const kTextShownBytes = 64 * 1024;

const kIcons = { image: ImageOff, audio: Music, video: Video, text: FileText, file: File };

/** Text with the files it refers to in their places. */
export function TextWithMedia({ text }: { text: string }) {
  const pieces = splitMedia(text);
  if (pieces.length === 1 && typeof pieces[0] === "string") return <Markdown text={text} />;
  return pieces.map((piece, index) => (typeof piece === "string" ? <Markdown key={index} text={piece} /> : <StoredMedia key={index} file={piece} />));
}

/** The files a document refers to, below it. */
export function MediaStrip({ value, label }: { value: Json | undefined; label: string }) {
  const files = findMedia(value);
  if (files.length === 0) return null;
  return (
    <div className="media-strip" role="group" aria-label={label}>
      {files.map((file) => (
        <StoredMedia key={file.id} file={file} />
      ))}
    </div>
  );
}

/** One stored file: a picture, a player, text on demand, or a download. */
export function StoredMedia({ file }: { file: MediaReference }) {
  const projectId = useContext(MediaProject);
  const [broken, setBroken] = useState(false);
  const query = useQuery({
    queryKey: ["media", projectId, file.id],
    queryFn: ({ signal }) =>
      getJson<MediaFile>(`/api/ui/projects/${encodeURIComponent(projectId ?? "")}/media/${encodeURIComponent(file.id)}`, undefined, signal),
    enabled: projectId !== null,
    staleTime: kLinkFreshMs,
    retry: false,
  });
  const kind = mediaKind(query.data?.contentType ?? file.type);
  if (query.data && !broken) return <Loaded media={query.data} kind={kind} isOpen={file.source === kMovedOut} onBroken={() => setBroken(true)} />;
  const retry = () => {
    setBroken(false);
    void query.refetch();
  };
  if (broken || query.error) {
    const isMissing = !broken && query.error instanceof ApiError && query.error.status === 404;
    return (
      <Card kind={kind} type={file.type} note={isMissing ? "has not arrived yet" : "did not load"} role="alert">
        <Button icon={<RotateCw aria-hidden="true" />} onClick={retry}>
          Try again
        </Button>
      </Card>
    );
  }
  return <Card kind={kind} type={file.type} note={projectId === null ? "" : "loading"} />;
}

function Loaded({ media, kind, isOpen, onBroken }: { media: MediaFile; kind: MediaKind; isOpen: boolean; onBroken: () => void }) {
  const about = `${media.contentType}, ${formatBytes(media.contentLength)}`;
  switch (kind) {
    case "image":
      return (
        <a className="media-image" href={media.url} target="_blank" rel="noreferrer" title={about}>
          <img src={media.url} alt={`Picture, ${about}`} loading="lazy" onError={onBroken} />
        </a>
      );
    // Recordings come as they are: nobody has captions for them.
    case "audio":
      // eslint-disable-next-line jsx-a11y/media-has-caption
      return <audio className="media-player" controls preload="metadata" src={media.url} aria-label={`Sound, ${about}`} onError={onBroken} />;
    case "video":
      // eslint-disable-next-line jsx-a11y/media-has-caption
      return <video className="media-player" controls preload="metadata" src={media.url} aria-label={`Video, ${about}`} onError={onBroken} />;
    case "text":
      return <TextFile media={media} about={about} isOpenAtFirst={isOpen} />;
    default:
      return (
        <Card kind={kind} type={media.contentType} note={formatBytes(media.contentLength)}>
          <DownloadLink media={media} about={about} />
        </Card>
      );
  }
}

/** Files of text are shown on demand, as text whatever they hold. */
function TextFile({ media, about, isOpenAtFirst }: { media: MediaFile; about: string; isOpenAtFirst: boolean }) {
  const projectId = useContext(MediaProject);
  const [isOpen, setIsOpen] = useState(isOpenAtFirst);
  const isLarge = media.contentLength > kTextShownBytes;
  const query = useQuery({
    queryKey: ["media-text", projectId, media.mediaId, media.contentType],
    queryFn: async ({ signal }) => {
      const response = await fetch(media.url, { headers: { range: `bytes=0-${kTextShownBytes - 1}` }, signal });
      if (!response.ok) throw new Error(`The file did not load (${response.status}).`);
      return response.text();
    },
    enabled: isOpen,
    staleTime: Infinity,
    retry: false,
  });
  return (
    <div className="min-w-0">
      <Card kind="text" type={media.contentType} note={formatBytes(media.contentLength)}>
        <Button aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          {isOpen ? "Hide" : "Show"}
        </Button>
        {!(isOpen && isLarge) && <DownloadLink media={media} about={about} />}
      </Card>
      {isOpen && query.error && <p role="alert">{query.error.message}</p>}
      {isOpen && query.data !== undefined && isLarge && <LargeText label="Text" beginning={query.data} bytes={media.contentLength} url={media.url} />}
      {isOpen && query.data !== undefined && !isLarge && (
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region has to be reachable by keyboard
        <pre className="media-text" tabIndex={0} aria-label={`Content, ${about}`}>
          {query.data}
        </pre>
      )}
    </div>
  );
}

function DownloadLink({ media, about }: { media: MediaFile; about: string }) {
  return (
    <a className="btn" href={media.url} download aria-label={`Download, ${about}`}>
      <Download aria-hidden="true" />
      Download
    </a>
  );
}

function Card({ kind, type, note, role, children }: { kind: MediaKind; type: string; note: string; role?: "alert"; children?: ReactNode }) {
  const Icon = kIcons[kind];
  return (
    <span className="media" role={role}>
      <Icon aria-hidden="true" />
      <span>{type}</span>
      {note !== "" && <span className="text-ink-3">{note}</span>}
      {children}
    </span>
  );
}
