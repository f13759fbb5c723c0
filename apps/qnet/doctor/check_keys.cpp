#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>

#include <fmt/format.h>

#include "control/units.hpp"
#include "doctor/checks.hpp"
#include "doctor/damaged.hpp"

namespace qnet::cli {

namespace {

namespace fs = std::filesystem;

constexpr mode_t kOfOthers = S_IRWXG | S_IRWXO;
/// A list of the whole network has some megabytes.
constexpr std::uint64_t kLittleRoom = std::uint64_t{64} * 1024 * 1024;
/// A folder of thousands of files is no state folder.
constexpr std::size_t kMostFiles = 2000;

/// With one of these, somebody can take this peer's or this person's place, or find the person.
bool is_secret(const std::string& name) {
  constexpr std::array<std::string_view, 6> kSecrets{"identity.key", "circuit-keys", "api-token",
                                                     "guards",       "invites",      "open-"};
  return std::ranges::any_of(kSecrets, [&](std::string_view secret) { return name.starts_with(secret); });
}

Finding about(Level level, std::string code, const fs::path& path) {
  return {"keys", level, std::move(code), {{"file", path.string()}}};
}

void check_rights(const fs::path& path, const struct stat& found, Findings& all) {
  if (found.st_uid != ::geteuid())
    all.push_back(about(Level::problem, "file_of_another", path));
  else if (S_ISREG(found.st_mode) && (found.st_mode & kOfOthers) != 0 && is_secret(path.filename().string()))
    all.push_back(about(Level::problem, "file_exposed", path));
}

void check_file(const fs::path& path, Findings& all) {
  struct stat found{};
  if (::lstat(path.c_str(), &found) != 0) return;  // gone meanwhile
  check_rights(path, found, all);
  if (!S_ISREG(found.st_mode)) return;
  if (::access(path.c_str(), R_OK) != 0)
    all.push_back(about(Level::problem, "file_unreadable", path));
  else if (is_damaged(path))
    all.push_back(about(Level::problem, "file_damaged", path));
}

void check_folder(const fs::path& folder, Findings& all) {
  struct stat found{};
  if (::stat(folder.c_str(), &found) != 0) return;
  if (found.st_uid != ::geteuid())
    all.push_back(about(Level::problem, "file_of_another", folder));
  else if ((found.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    all.push_back(about(Level::problem, "folder_writable", folder));
  if (::access(folder.c_str(), W_OK | X_OK) != 0)
    all.push_back(about(Level::problem, "folder_not_ours", folder));
  struct statvfs room{};
  if (::statvfs(folder.c_str(), &room) != 0) return;
  const auto left = std::uint64_t{room.f_bavail} * room.f_frsize;
  if (left < kLittleRoom)
    all.push_back({"keys",
                   Level::problem,
                   "folder_full",
                   {{"folder", folder.string()}, {"room", control::bytes_text(left)}}});
}

}  // namespace

Findings check_keys(const Facts& facts) {
  const auto& folder = facts.settings.state_dir;
  std::error_code error;
  if (folder.empty()) return {{"keys", Level::problem, "no_folder", {}}};
  if (!fs::exists(folder, error))
    return {{"keys", Level::ok, "folder_not_there", {{"folder", folder.string()}}}};
  if (!fs::is_directory(folder, error)) return {about(Level::problem, "no_directory", folder)};
  Findings all;
  check_folder(folder, all);
  std::size_t files = 0;
  for (fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, error),
       end;
       !error && entry != end && files < kMostFiles; entry.increment(error), ++files)
    check_file(entry->path(), all);
  if (all.empty())
    all.push_back(
        {"keys", Level::ok, "folder_good", {{"folder", folder.string()}, {"count", std::to_string(files)}}});
  return all;
}

}  // namespace qnet::cli
