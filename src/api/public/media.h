// Files of traces and dataset items (contract/api.md B.16).
//
//   POST  /api/public/media                     kIngest        announces a file: {mediaId, uploadUrl}
//   PATCH /api/public/media/{mediaId}           kIngest        reports how the upload went
//   GET   /api/public/media/{mediaId}           kProjectRead   what it is, with a link to its bytes
//   PUT   /api/public/media/{mediaId}/content   by signed link the bytes
//   GET   /api/public/media/{mediaId}/content   by signed link
//   GET   /api/ui/projects/{projectId}/media/{mediaId}          kProjectRead   for our pages: a path instead of a URL
//
// What is handed out can never run as a page of ours: only pictures, sound and video are shown in place, and everything
// is sandboxed and unsniffable.
#pragma once

#include "api/endpoint.h"
#include "media/media_library.h"

namespace clew::api {

struct MediaRoutes {
  media::MediaLibrary& library;  // outlives the routes
  std::string base_path;         // "" or "/clew"
  std::size_t bytes_max = 0;     // of one uploaded body
};
void register_media(Endpoints& endpoints, MediaRoutes routes);

}  // namespace clew::api
