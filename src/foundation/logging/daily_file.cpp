#include "foundation/logging/daily_file.hpp"

#include <cerrno>
#include <system_error>

#include "foundation/base/utc_time.hpp"

namespace qnet::logging {

namespace fs = std::filesystem;

namespace {

std::chrono::sys_days day_of(std::chrono::system_clock::time_point time) {
  return std::chrono::floor<std::chrono::days>(time);
}

/// "2026-11-27".
bool is_day(std::string_view text) {
  constexpr std::string_view kForm = "dddd-dd-dd";
  if (text.size() != kForm.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (kForm[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != kForm[i]) return false;
  return true;
}

}  // namespace

int DailyFile::append(std::string_view lines, TimePoint now) {
  begin_day(now);
  if (!open_.is_open())
    if (const int problem = open_.open(file_); problem != 0) return problem;
  if (open_.size() + lines.size() > limits_.bytes) return EFBIG;
  return open_.append(lines);
}

void DailyFile::begin_day(TimePoint now) {
  const auto today = day_of(now);
  // A clock that is set back begins no day that has been.
  if (today <= day_) return;
  if (day_ == std::chrono::sys_days{}) {
    std::error_code none;
    const auto written = fs::last_write_time(file_, none);
    if (!none) day_ = day_of(std::chrono::file_clock::to_sys(written));
  }
  if (day_ != std::chrono::sys_days{} && day_ < today) put_aside();
  day_ = today;
  remove_old(now);
}

void DailyFile::put_aside() {
  open_.close();
  auto aside = file_;
  aside += "." + base::utc_day_text(day_);
  std::error_code ignored;  // where there was no line there is no file
  fs::rename(file_, aside, ignored);
}

void DailyFile::remove_old(TimePoint now) const {
  const auto oldest = base::utc_day_text(now - std::chrono::days(limits_.days - 1));
  const auto start = file_.filename().string() + ".";
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(file_.parent_path(), ignored)) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with(start)) continue;
    const auto day = name.substr(start.size());
    if (is_day(day) && day < oldest) fs::remove(entry.path(), ignored);
  }
}

}  // namespace qnet::logging
