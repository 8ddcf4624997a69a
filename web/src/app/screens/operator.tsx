import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { OperatorPage } from "@/features/operator/operator-page";
import { useNavToggle } from "../shell";
import { usePlace } from "./project";

const kRoute = "/signed-in/project/$projectId/operator/$page";

export function OperatorScreen() {
  const place = usePlace();
  const navToggle = useNavToggle();
  const navigate = useNavigate();
  const { page } = useParams({ from: kRoute });
  const search = useSearch({ from: kRoute });
  useEffect(() => {
    document.title = "Operator · Clew";
  }, []);
  if (!place) return null;
  return (
    <OperatorPage
      projectId={place.project.id}
      isOperator={place.session.isOperator}
      page={page}
      search={search}
      onSearch={(next) => void navigate({ to: "/project/$projectId/operator/$page", params: { projectId: place.project.id, page }, search: next, replace: true })}
      navToggle={navToggle}
    />
  );
}
