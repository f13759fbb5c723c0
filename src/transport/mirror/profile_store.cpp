#include "transport/mirror/profile_store.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "transport/mirror/error.hpp"

namespace qnet::mirror {

namespace fs = std::filesystem;

namespace {

/// A profile has some hundred bytes; whatever else lies there is not ours.
constexpr std::uintmax_t kLargestFile = 64 * 1024;

std::string read_file(const fs::path& path) {
  std::error_code error;
  if (fs::file_size(path, error) > kLargestFile || error) return {};
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

std::vector<htx::MirrorProfile> ProfileStore::load(const CoverOrigin& origin) const {
  std::vector<htx::MirrorProfile> profiles;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder_, error)) {
    if (entry.path().extension() != ".toml") continue;
    auto profile = htx::parse_profile(read_file(entry.path()));
    if (profile && profile->origin == origin.to_text()) profiles.push_back(std::move(*profile));
  }
  std::ranges::sort(profiles, {}, &htx::MirrorProfile::name);
  return profiles;
}

base::Result<void> ProfileStore::save(std::span<const htx::MirrorProfile> profiles) const {
  std::error_code error;
  fs::create_directories(folder_, error);
  for (const auto& profile : profiles) {
    const auto path = folder_ / (profile.name + ".toml");
    const auto unfinished = folder_ / (profile.name + ".new");
    {
      std::ofstream file(unfinished, std::ios::trunc);
      file << htx::to_toml(profile);
      if (!file.flush()) return base::fail(Errc::cannot_save, unfinished.string());
    }
    fs::rename(unfinished, path, error);
    if (error) return base::fail(Errc::cannot_save, path.string());
  }
  return {};
}

}  // namespace qnet::mirror
