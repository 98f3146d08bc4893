# The ledger of the identities that were put on this machine, and bringing them to a wanted list.
# Only definitions: this file is dot-sourced by PeerLab.psm1.

function Get-Ledger {
    <#
    .SYNOPSIS
    The entries of the ledger: which peer name was put here under which scope. Both are case-sensitive, which is why they
    are values and not names of properties.
    #>
    param()
    $file = $script:GuestDirectory + '/ledger.json'
    if (Test-Path -LiteralPath $file) {
        $document = ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($file))
        foreach ($entry in $document.identities) {
            $entry
        }
    }
}

function Set-Ledger {
    <#
    .SYNOPSIS
    Replaces the entries of one scope, where they differ: in a file beside the ledger that then takes its place, so that a
    lost connection leaves the old or the new one.
    #>
    param([Parameter(Mandatory = $true)][string]$Scope, [Parameter(Mandatory = $true)][AllowEmptyCollection()][string[]]$PeerName)
    $entries = @(Get-Ledger)
    $present = @($entries | Where-Object -FilterScript { $_.scope -ceq $Scope } | ForEach-Object -Process { $_.peerName } | Sort-Object -CaseSensitive)
    $wanted = @($PeerName | Sort-Object -CaseSensitive -Unique)
    $before = $present -join "`n"
    $after = $wanted -join "`n"
    if ($before -ceq $after) {
        return
    }
    $kept = @($entries | Where-Object -FilterScript { $_.scope -cne $Scope })
    $kept += @($wanted | ForEach-Object -Process { [ordered]@{ scope = $Scope; peerName = $_ } })
    $file = $script:GuestDirectory + '/ledger.json'
    $unfinished = $file + '.unfinished'
    [System.IO.File]::WriteAllText($unfinished, (ConvertTo-AsciiJson -Value ([ordered]@{ identities = [object[]]$kept })))
    Move-Item -LiteralPath $unfinished -Destination $file -Force
}

function Sync-Identity {
    <#
    .SYNOPSIS
    Brings the identities of one scope to the wanted list: adds before it removes; writes the phrases of what changed.
    .PARAMETER Test
    Writes what is not as wanted instead, and changes nothing.
    #>
    param(
        [Parameter(Mandatory = $true)][string]$Scope,
        [Parameter(Mandatory = $true)][AllowEmptyCollection()][object[]]$Wanted,
        [switch]$Test
    )
    $names = @($Wanted | ForEach-Object -Process { $_.peerName })
    $ledger = @(Get-Ledger)
    $known = @($ledger | Where-Object -FilterScript { $_.scope -ceq $Scope } | ForEach-Object -Process { $_.peerName })
    $others = @($ledger | Where-Object -FilterScript { $_.scope -cne $Scope } | ForEach-Object -Process { $_.peerName })
    if (-not $Test) {
        # Before the first import: an interrupted run must still know what it put here.
        Set-Ledger -Scope $Scope -PeerName @($known + $names)
    }
    foreach ($want in $Wanted) {
        if ($Test) {
            Get-IdentityDrift -Wanted $want
            continue
        }
        $result = Install-WantedIdentity -Wanted $want
        if ($result.Imported) {
            'identity {0} imported' -f $want.peerName
        }
        elseif ($result.Renamed) {
            'identity {0} renamed' -f $want.peerName
        }
    }
    foreach ($entry in [PeerLab.PeerIdentities]::List()) {
        $ours = $known -ccontains $entry.PeerName -or $entry.FriendlyName.StartsWith($Scope + '#', [System.StringComparison]::Ordinal)
        if ($ours -and $names -cnotcontains $entry.PeerName -and $others -cnotcontains $entry.PeerName) {
            if ($Test) {
                'identity {0} is not wanted' -f $entry.PeerName
                continue
            }
            Clear-Identity -PeerName $entry.PeerName
            'identity {0} removed' -f $entry.PeerName
        }
    }
    if (-not $Test) {
        Set-Ledger -Scope $Scope -PeerName $names
    }
}
