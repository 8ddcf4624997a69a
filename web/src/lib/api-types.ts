// Short names for the generated types of the UI API.
import type { components } from "@/api/ui";

type Schemas = components["schemas"];

export type Session = Schemas["Session"];
export type SessionUser = NonNullable<Session["user"]>;
export type Organization = Session["organizations"][number];
export type Project = Organization["projects"][number];
export type Role = Schemas["Role"];
export type Member = Schemas["Member"];
export type ApiKey = Schemas["ApiKey"];
export type NewApiKey = Schemas["NewApiKey"];
export type Created = Schemas["Created"];
export type ProjectStatus = Schemas["ProjectStatus"];
export type Arrival = Schemas["Arrival"];
export type Count = Schemas["Count"];
export type TraceRow = Schemas["TraceRow"];
export type ObservationRow = Schemas["ObservationRow"];
export type ObservationType = ObservationRow["type"];
export type Level = ObservationRow["level"];
export type ScoreChip = Schemas["ScoreChip"];
export type Score = Schemas["Score"];
export type Facet = Schemas["Facet"];
export type TraceDetail = Schemas["TraceDetail"];
export type ObservationDetail = Schemas["ObservationDetail"];
export type MediaFile = Schemas["MediaFile"];
export type CostLine = ObservationDetail["costLines"][number];
export type View = "traces" | "observations";
