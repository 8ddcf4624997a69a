#include "ingest/enrich/price_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

namespace clew::ingest {

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_of(const std::string& path) {
  std::error_code failed;
  if (!fs::is_directory(path, failed)) {
    return fs::exists(path, failed) ? std::vector<fs::path>{path} : std::vector<fs::path>();
  }
  std::vector<fs::path> files;
  for (fs::directory_iterator entry(path, failed), end; !failed && entry != end; entry.increment(failed)) {
    if (entry->path().extension() == ".json") files.push_back(entry->path());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

Result<std::vector<ModelDefinition>> read_price_files(const std::string& path) {
  const std::vector<fs::path> files = files_of(path);
  if (files.empty()) return Error{Errc::kNotFound, "model prices: no file at " + path};
  std::vector<ModelDefinition> all;
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    if (!in) return Error{Errc::kNotFound, "model prices: cannot read " + file.string()};
    auto models = parse_model_prices(text);
    if (!models) return std::move(models).error().with_context(file.string());
    CLEW_TRY(all, lay_over(std::move(all), *std::move(models)));
  }
  return all;
}

std::string price_files_version(const std::string& path) {
  std::string version;
  for (const fs::path& file : files_of(path)) {
    std::error_code failed;
    const auto time = fs::last_write_time(file, failed).time_since_epoch().count();
    version += file.string() + ":" + std::to_string(time) + ":" + std::to_string(fs::file_size(file, failed)) + "\n";
  }
  return version;
}

Result<std::vector<ModelDefinition>> lay_over(std::vector<ModelDefinition> base, std::vector<ModelDefinition> over) {
  for (ModelDefinition& model : over) {
    const auto known = std::ranges::find(base, model.id, &ModelDefinition::id);
    if (known == base.end()) {
      base.push_back(std::move(model));
    } else {
      *known = std::move(model);
    }
  }
  std::set<std::string_view> names;
  for (const ModelDefinition& model : base) {
    if (!names.insert(model.model_name).second) {
      return Error{Errc::kInvalidArgument, "model prices: two definitions are named " + model.model_name};
    }
  }
  return base;
}

}  // namespace clew::ingest
