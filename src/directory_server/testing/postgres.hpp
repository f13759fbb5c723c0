// A PostgreSQL server of a test's own: in a temporary folder, behind a Unix socket there, stopped with the
// test.
#pragma once

#include <filesystem>
#include <string>

namespace qnet::directory::testing {

class Postgres {
 public:
  /// Throws std::runtime_error when there is none to start, with what to install.
  Postgres();
  Postgres(const Postgres&) = delete;
  Postgres& operator=(const Postgres&) = delete;
  ~Postgres();

  /// For open_postgres(). Each call makes an empty database of its own.
  [[nodiscard]] std::string new_database();
  void start();
  /// At once, as when the machine loses its power: connections break.
  void stop();

 private:
  void run(const std::string& command) const;

  std::filesystem::path programs_;
  std::filesystem::path folder_;
  int databases_ = 0;
};

}  // namespace qnet::directory::testing
