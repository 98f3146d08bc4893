<#
.SYNOPSIS
What the presence holder's task or service runs, as the lab user: holds what presence.json says, until that file is gone.
.DESCRIPTION
Ends with 0, or with 1 where another holder runs already or the guest files do not load; the scheduler starts it again.
#>
param()

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

try {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'PeerLab.psm1') -Force
    $code = Invoke-PeerHolder
    exit $code
}
catch {
    # Nobody reads this process's output: what happened goes beside the holder's own log.
    $line = '{0} {1}' -f [DateTime]::UtcNow.ToString('s'), $_.Exception.GetBaseException().GetType().Name
    [System.IO.File]::WriteAllText((Join-Path -Path $PSScriptRoot -ChildPath 'work/holder-failure.log'), $line + "`r`n")
    exit 1
}
