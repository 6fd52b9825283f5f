#include "api/fields.hpp"

namespace minidns::api {
namespace {

std::string quoted(std::string_view key) {
  std::string text("'");
  return text.append(key).append("'");
}

}  // namespace

namespace json = boost::json;

void FieldErrors::add(Path path, std::string message) {
  if (errors_.size() < count_max) {
    errors_.push_back({std::move(path), std::move(message)});
  }
}

std::nullopt_t Field::fail(std::string message) const {
  errors_.add(path_, std::move(message));
  return std::nullopt;
}

Field Field::inside(const json::value& value, std::string step) const {
  Path path = path_;
  path.push_back(std::move(step));
  return Field(value, std::move(path), errors_);
}

ObjectReader::ObjectReader(const json::value& value, Path path, FieldErrors& errors)
    : object_(value.if_object()), path_(std::move(path)), errors_(errors) {
  if (object_ == nullptr) {
    errors_.add(path_, "not an object");
  }
}

bool ObjectReader::has(std::string_view key) const {
  return object_ != nullptr && object_->contains(key);
}

void ObjectReader::fail(std::string_view key, std::string message) {
  errors_.add(path_of(key), std::move(message));
}

void ObjectReader::finish(std::string_view noun) {
  if (object_ == nullptr) {
    return;
  }
  for (const auto& [key, value] : *object_) {
    const std::string_view name(key.data(), key.size());
    if (!known_.contains(name)) {
      fail(name, quoted(name).append(" is not valid for ").append(noun));
    }
  }
}

const json::value* ObjectReader::take(std::string_view key) {
  known_.emplace(key);
  return object_ == nullptr ? nullptr : object_->if_contains(key);
}

Field ObjectReader::field(std::string_view key, const json::value& value) {
  return Field(value, path_of(key), errors_);
}

Path ObjectReader::path_of(std::string_view key) const {
  Path path = path_;
  path.emplace_back(key);
  return path;
}

void ObjectReader::report_missing(std::string_view key) {
  if (object_ != nullptr) {
    fail(key, quoted(key).append(" is a required property"));
  }
}

Problem problem_of(FieldErrors errors) {
  return {ProblemType::invalid_object, {}, errors.take()};
}

}  // namespace minidns::api
