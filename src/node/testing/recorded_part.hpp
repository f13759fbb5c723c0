// For tests: a part that writes down what is done with it.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "node/error.hpp"
#include "node/part.hpp"

namespace qnet::node::testing {

using Record = std::vector<std::string>;

class RecordedPart : public Part {
 public:
  RecordedPart(std::string name, Record& record, bool fails = false)
      : name_(std::move(name)), record_(record), fails_(fails) {}

  [[nodiscard]] std::string_view name() const override { return name_; }
  [[nodiscard]] base::Result<void> start() override {
    note("start");
    if (fails_) return base::fail(Errc::cannot_start, name_);
    return {};
  }
  void join() override { note("join"); }
  void fill(control::Status& status) const override { status.problem += name_; }
  void stop(const Farewell& farewell) override {
    note("stop");
    if (on_stop) on_stop(farewell);
  }
  void finish() override { note("finish"); }

  std::function<void(const Farewell&)> on_stop;

 private:
  void note(const char* what) { record_.push_back(std::string(what) + " " + name_); }

  std::string name_;
  Record& record_;
  bool fails_;
};

}  // namespace qnet::node::testing
