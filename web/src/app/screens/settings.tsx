import { useParams } from "@tanstack/react-router";
import { useEffect } from "react";
import { SettingsPage } from "@/features/settings/settings-page";
import { useNavToggle } from "../shell";
import { usePlace } from "./project";

export function SettingsScreen() {
  const place = usePlace();
  const navToggle = useNavToggle();
  const { page } = useParams({ from: "/signed-in/project/$projectId/settings/$page" });
  useEffect(() => {
    document.title = "Settings · Clew";
  }, []);
  if (!place) return null;
  return <SettingsPage organization={place.organization} project={place.project} userId={place.session.user?.id ?? ""} page={page} navToggle={navToggle} />;
}
