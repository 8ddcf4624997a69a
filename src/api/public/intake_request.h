// What the ingestion routes share: from an HTTP request to the context that goes into the ingest log.
#pragma once

#include "api/endpoint.h"
#include "ingest/decode/decoded_batch.h"
#include "ingest/intake/arrivals.h"
#include "ingest/intake/intake.h"

namespace clew::api {

// The parts of the server that accept data. References outlive the routes.
struct IntakeDoors {
  ingest::Intake& intake;
  ingest::ArrivalLog& arrivals;
  const Clock& clock;
};

// Project, time, attribution and id of a request for `door`.
ingest::RequestContext intake_context(const Context& context, ingest::Door door, const Clock& clock);

// Stores what was decoded and answers with `answer` once it is durable, or with 503 in the route's shape.
void accept_and_respond(IntakeDoors doors, const Context& context, ErrorShape errors, ingest::DecodedBatch batch,
                        std::string_view body, http::Response answer, http::Respond respond);

// For requests that were refused before they were understood: who they said they are, if they said it in a way we know.
// Called when the answer is out.
void note_refused(ingest::ArrivalLog& arrivals, const http::Request& request, int status, TimeUs now_us);

}  // namespace clew::api
